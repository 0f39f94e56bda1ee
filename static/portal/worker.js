/* Keeps a member's card at hand without a network, and no other page of theirs. */
const { card, offline, frame, kept, leaving } = self.KLAVER;
const CARD = "card";
const FRAME = "frame";
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepFrame());
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keepAlong(event.data.keep));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === "POST" && leaving.some((path) => pathname.startsWith(path))) {
    event.respondWith(forgetCard().then(() => fetch(request)));
  } else if (request.method !== "GET") {
    return;
  } else if (request.mode === "navigate") {
    event.respondWith(pathname === card ? showCard(event) : showPage(request));
  } else if (kept.some((path) => pathname.startsWith(path))) {
    event.respondWith(fetch(request).catch(() => found(request)));
  }
});

async function keepFrame() {
  const cache = await caches.open(FRAME);
  await Promise.all(
    [offline, ...frame].map(async (path) => {
      const answer = await fetch(path, { credentials: "omit", cache: "no-cache" });
      if (answer.ok) await cache.put(path, answer);
    }),
  );
}

/* The page is kept with the time it was fetched, and its policy. */
async function keepCard(answer) {
  const headers = new Headers({ "Content-Type": "text/html; charset=utf-8", "X-Kept-At": String(Date.now()) });
  for (const name of ["Content-Security-Policy", "Content-Language"]) {
    if (answer.headers.has(name)) headers.set(name, answer.headers.get(name));
  }
  const page = new Response(await answer.text(), { headers });
  await (await caches.open(CARD)).put(card, page);
}

async function keepAlong(addresses) {
  const cache = await caches.open(CARD);
  const wanted = addresses.map((address) => new URL(address, self.location).href);
  if (!(await cache.match(card))) await fetchCard();
  await Promise.all(
    wanted.map(async (address) => {
      const answer = await fetch(address).catch(() => undefined);
      if (answer?.ok) await cache.put(address, answer);
    }),
  );
  for (const request of await cache.keys()) {
    const isCard = new URL(request.url).pathname === card;
    if (!isCard && !wanted.includes(request.url)) await cache.delete(request);
  }
}

async function fetchCard() {
  const answer = await fetch(card, { redirect: "manual" });
  if (answer.ok) await keepCard(answer);
}

const forgetCard = () => caches.delete(CARD);

const found = async (request) =>
  (await caches.match(request, { ignoreVary: true })) ?? Response.error();

async function showCard(event) {
  const fetched = fetch(event.request);
  const waited = new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const answer = await Promise.race([fetched, waited]).catch(() => undefined);
  if (answer?.ok) event.waitUntil(keepCard(answer.clone()));
  // Whoever is led elsewhere is not logged in any more.
  if (answer?.type === "opaqueredirect") await forgetCard();
  return answer ?? (await keptCard()) ?? fetched.catch(() => found(offline));
}

async function keptCard() {
  const page = await caches.match(card);
  if (!page) return undefined;
  const text = await page.text();
  const marked = text.replace('data-kept=""', `data-kept="${page.headers.get("X-Kept-At")}"`);
  return new Response(marked, { headers: page.headers });
}

const showPage = (request) => fetch(request).catch(() => found(offline));
