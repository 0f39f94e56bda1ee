"""What a mail looks like, style by style: many mail programs know no style sheet."""

from members.colors import tokens
from members.models import Branding

FONT = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
PAGE, PAPER, INK, SOFT = "#f3f4f1", "#ffffff", "#1d231f", "#566059"
DARK_PAGE, DARK_PAPER, DARK_INK, DARK_SOFT = "#121512", "#1c211d", "#e8ebe6", "#adb6af"
Styles = dict[str, str]


def styles_of(branding: Branding) -> Styles:
    """The style of each part of the page, in light."""
    light, _dark = tokens(branding.color, branding.accent)
    return {
        "body": f"margin:0;padding:0;background:{PAGE}",
        "hidden": f"display:none;max-height:0;overflow:hidden;opacity:0;color:{PAGE};"
        "font-size:1px;line-height:1px;mso-hide:all",
        "page": f"background:{PAGE}",
        "frame": "max-width:560px;margin:0 auto",
        "head": f"background:{light['hero']};color:{light['hero-ink']};padding:18px 28px;"
        f"border-radius:12px 12px 0 0;font:700 20px/1.3 {FONT}",
        "logo_case": "background:#ffffff;border-radius:8px;padding:6px 10px",
        "logo": f"display:block;border:0;height:40px;width:auto;max-width:220px;color:{INK};"
        f"font:700 18px/40px {FONT}",
        "paper": f"background:{PAPER};color:{INK};padding:28px 28px 14px;border-radius:0 0 12px 12px;"
        f"font:16px/1.55 {FONT}",
        "paragraph": "margin:0 0 16px",
        "code": f"margin:0 0 20px;padding:16px;background:{light['accent-soft']};"
        f"color:{light['accent-soft-ink']};border-radius:8px;text-align:center;"
        "font:700 32px/1.2 Menlo,Consolas,monospace;letter-spacing:4px;text-indent:4px",
        "deed": "margin:24px 0",
        "button_case": f"border-radius:8px;background:{light['accent']};mso-padding-alt:14px 24px",
        "button": f"display:inline-block;padding:14px 24px;border-radius:8px;"
        f"background:{light['accent']};color:{light['accent-ink']};text-decoration:none;"
        f"font:600 16px/1.25 {FONT}",
        "foot": f"padding:20px 28px 32px;color:{SOFT};font:14px/1.5 {FONT}",
        "line": "margin:0 0 8px",
        "link": f"color:{SOFT};text-decoration:underline",
    }


def body_styles(branding: Branding) -> Styles:
    """The style of each tag that a message may hold."""
    light, _dark = tokens(branding.color, branding.accent)
    return {
        "p": "margin:0 0 16px",
        "h1": "margin:0 0 12px;font-size:24px;line-height:1.25",
        "h2": "margin:24px 0 8px;font-size:20px;line-height:1.3",
        "h3": "margin:20px 0 6px;font-size:17px;line-height:1.4",
        "ul": "margin:0 0 16px;padding:0 0 0 24px",
        "ol": "margin:0 0 16px;padding:0 0 0 24px",
        "li": "margin:0 0 6px",
        "a": f"color:{light['accent']};text-decoration:underline",
        "strong": "",
        "em": "",
    }


def sheet_of(branding: Branding) -> str:
    """What only a style sheet can say: phones and the dark, for the mail programs that know it."""
    _light, dark = tokens(branding.color, branding.accent)
    in_the_dark = (
        ("body,.page", f"background:{DARK_PAGE}"),
        (".paper", f"background:{DARK_PAPER};color:{DARK_INK}"),
        (".head", f"background:{dark['hero']};color:{dark['hero-ink']}"),
        (".paper a", f"color:{dark['accent']}"),
        (".code", f"background:{dark['accent-soft']};color:{dark['accent-soft-ink']}"),
        (".case,.case a", f"background:{dark['accent']};color:{dark['accent-ink']}"),
        (".foot,.foot a", f"color:{DARK_SOFT}"),
    )
    return (
        ":root{color-scheme:light dark;supported-color-schemes:light dark}"
        "a{overflow-wrap:anywhere}"
        "@media(max-width:480px){.gap{display:none!important}.head,.paper{border-radius:0!important}"
        ".head{padding:16px 20px!important}.paper{padding:24px 20px 8px!important}"
        ".foot{padding:20px 20px 32px!important}.deed{width:100%!important}"
        ".case a{display:block!important;text-align:center}}"
        f"@media(prefers-color-scheme:dark){{{''.join(_insisting(*rule) for rule in in_the_dark)}}}"
    )


def _insisting(place: str, style: str) -> str:
    """A rule that wins from the style in the tag itself."""
    return f"{place}{{{style.replace(';', '!important;')}!important}}"
