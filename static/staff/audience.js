/* An audience counts itself while it is filled in, and its lines change without leaving the page. */

const form = document.querySelector("[data-builder]");
let waiting;
let latest = 0;

async function count() {
  const asked = (latest += 1);
  const shown = document.querySelector("[data-headcount]");
  shown.setAttribute("aria-busy", "true");
  const body = new FormData(form);
  const answer = await fetch(form.dataset.count, { method: "POST", body }).catch(() => undefined);
  if (asked !== latest) return;
  shown.removeAttribute("aria-busy");
  if (answer?.ok && !answer.redirected) shown.innerHTML = await answer.text();
}

function countSoon() {
  clearTimeout(waiting);
  waiting = setTimeout(count, 500);
}

async function change(button) {
  const body = new FormData(form, button);
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => undefined);
  if (!answer?.ok) {
    form.requestSubmit(button);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-builder]");
  form.querySelector(".audience-lines").replaceWith(fresh.querySelector(".audience-lines"));
  form.elements.rows.value = fresh.querySelector("[name=rows]").value;
  const lines = form.querySelectorAll(".audience-line");
  if (button.value === "add") lines[lines.length - 1]?.querySelector("select, input:not([type=hidden])")?.focus();
  else form.elements.kind?.focus();
  countSoon();
}

if (form) {
  let passed = false;
  form.addEventListener("input", (event) => {
    if (!["name", "kind"].includes(event.target.name)) countSoon();
  });
  form.addEventListener("submit", (event) => {
    const value = event.submitter?.name === "do" ? event.submitter.value : "";
    if (passed || !(value === "add" || value.startsWith("drop-"))) return;
    event.preventDefault();
    passed = true;
    change(event.submitter).finally(() => (passed = false));
  });
}
