/* Colors can be picked as well as typed, and the picture follows both. */
(() => {
  const page = document.querySelector("[data-branding]");
  if (!page) return;
  const fields = ["color", "accent", "name", "tone"].map((name) => page.querySelector(`[name=${name}]`));
  const shown = page.querySelector("[data-shown]");
  const HEX = /^#[0-9a-f]{6}$/i;
  let waiting;
  let latest = 0;

  async function refresh() {
    const asked = (latest += 1);
    const query = new URLSearchParams(fields.map((field) => [field.name, field.value]));
    const answer = await fetch(`${page.dataset.preview}?${query}`).catch(() => undefined);
    if (answer?.ok && asked === latest) shown.innerHTML = await answer.text();
  }

  function refreshSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, 250);
  }

  for (const field of page.querySelectorAll("[data-color]")) {
    const picker = document.createElement("input");
    picker.type = "color";
    picker.disabled = field.disabled;
    picker.setAttribute("aria-label", document.querySelector(`label[for=${field.id}]`)?.innerText.trim() ?? field.name);
    const follow = () => HEX.test(field.value) && (picker.value = field.value);
    const both = document.createElement("div");
    both.className = "brand-color";
    field.replaceWith(both);
    both.append(picker, field);
    picker.addEventListener("input", () => {
      field.value = picker.value;
      refreshSoon();
    });
    field.addEventListener("input", follow);
    follow();
  }

  page.addEventListener("input", (event) => fields.includes(event.target) && refreshSoon());
  page.addEventListener("click", (event) => {
    const { take, colorValue } = event.target.dataset;
    if (!take) return;
    const field = page.querySelector(`[name=${take}]`);
    field.value = colorValue;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
})();
