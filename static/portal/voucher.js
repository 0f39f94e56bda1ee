/* A voucher: a screen that stays on at the till, a code to copy, a link to share. */
(() => {
  async function stayAwake() {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => undefined);
  }

  async function copy(event) {
    const button = event.currentTarget;
    await navigator.clipboard.writeText(button.dataset.copy);
    document.querySelector("[data-said]").textContent = button.dataset.done;
  }

  if (document.querySelector("[data-scan]")) {
    stayAwake();
    document.addEventListener("visibilitychange", stayAwake);
  }
  if (navigator.clipboard) {
    for (const button of document.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", copy);
    }
  }
  for (const button of document.querySelectorAll("[data-share]")) {
    const shared = { title: button.dataset.title, url: button.dataset.share };
    if (!navigator.canShare?.(shared)) continue;
    button.hidden = false;
    button.addEventListener("click", () => navigator.share(shared).catch(() => undefined));
  }
})();
