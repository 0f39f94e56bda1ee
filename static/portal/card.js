/* The card: a code that changes every half minute without a network, and a screen that stays on. */
(() => {
  const card = document.querySelector("[data-card]");
  if (!card) return;
  const { number, key, seconds, rendered, kept } = card.dataset;
  const step = Number(seconds) * 1000;
  /* How far this device's clock is behind the server's, as it was when the page was fetched. */
  const behind = Number(rendered) - (Number(kept) || Date.now());
  const serverTime = () => Date.now() + behind;
  const part = (name) => card.querySelector(`[data-${name}]`);

  /* RFC 4226, 5.3: four bytes of the HMAC, where its last half byte says; eight digits of them. */
  async function codeOf(secret, number) {
    const counter = new DataView(new ArrayBuffer(8));
    counter.setUint32(0, Math.floor(number / 2 ** 32));
    counter.setUint32(4, number % 2 ** 32);
    const digest = new DataView(await crypto.subtle.sign("HMAC", secret, counter));
    const offset = digest.getUint8(digest.byteLength - 1) & 0xf;
    return String((digest.getUint32(offset) & 0x7fffffff) % 10 ** 8).padStart(8, "0");
  }

  function drawn(digits) {
    const { cells } = window.qrOfDigits(digits);
    const side = cells.length + 2;
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    svg.setAttribute("viewBox", `0 0 ${side} ${side}`);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", part("qr").dataset.label);
    svg.setAttribute("shape-rendering", "crispEdges");
    const dark = cells.flatMap((row, y) => row.map((cell, x) => (cell ? `M${x + 1} ${y + 1}h1v1h-1z` : "")));
    path.setAttribute("d", dark.join(""));
    svg.append(path);
    return svg;
  }

  async function rotate(secret) {
    let shown;
    async function show() {
      const now = serverTime();
      const current = Math.floor(now / step);
      part("left").style.transform = `scaleX(${1 - (now % step) / step})`;
      if (current === shown) return;
      shown = current;
      const code = await codeOf(secret, current);
      part("digits").textContent = `${code.slice(0, 4)} ${code.slice(4)}`;
      part("qr").replaceChildren(drawn(number + code));
      card.dataset.step = String(current);
    }
    await show();
    part("time").hidden = false;
    setInterval(show, 500);
    document.addEventListener("visibilitychange", show);
  }

  async function secretOf(hex) {
    const bytes = Uint8Array.from(hex.match(/../g), (byte) => parseInt(byte, 16));
    return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }

  async function stayAwake() {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen").catch(() => undefined);
  }

  function sayHowOld() {
    if (!kept) return;
    const time = document.querySelector("[data-since]");
    const since = new Date(Number(kept));
    const written = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
    time.dateTime = since.toISOString();
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, written).format(since);
    document.querySelector("[data-offline]").hidden = false;
  }

  /* Asks the worker to keep what this page is made of. */
  async function keepAtHand() {
    if (!navigator.serviceWorker || kept) return;
    await navigator.serviceWorker.register("/sw.js").catch(() => undefined);
    const { active } = await navigator.serviceWorker.ready;
    const made = document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img.scan-bars, use[href]");
    const addresses = [...made].map((one) => one.href?.baseVal ?? one.href ?? one.src);
    const keep = [...new Set(addresses.map((address) => address.split("#")[0]))];
    active.postMessage({ keep });
  }

  sayHowOld();
  stayAwake();
  document.addEventListener("visibilitychange", stayAwake);
  keepAtHand();
  if (crypto.subtle) {
    secretOf(key).then(rotate);
  } else {
    /* Without a safe connection a browser makes no codes: the server draws a new one in time. */
    setTimeout(() => location.reload(), 4 * 60 * 1000);
  }
})();
