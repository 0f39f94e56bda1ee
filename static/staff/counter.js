/* The counter by keyboard: Escape clears, arrows choose, and a scanner is heard everywhere. */

const box = document.querySelector("[data-counter]");
const line = box?.querySelector("input[name=line]");
const first =
  document.querySelector(".counter-fields .errors :is(input, select)") ??
  document.querySelector("[data-counter-first]");
const choices = [...document.querySelectorAll("[data-counter-choice]")];

function isTyping(target) {
  return target.matches("input, textarea, select, [contenteditable]");
}

function move(steps) {
  const place = choices.indexOf(document.activeElement);
  choices[Math.min(Math.max(place + steps, 0), choices.length - 1)]?.focus();
}

function clear() {
  if (choices.length || document.querySelector(".counter-nobody, .counter-member, .counter-voucher")) {
    window.location.assign(box.dataset.counter);
    return;
  }
  line.value = "";
  line.focus();
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape") {
    clear();
  } else if (choices.length && event.key === "ArrowDown") {
    event.preventDefault();
    move(1);
  } else if (choices.length && event.key === "ArrowUp") {
    event.preventDefault();
    move(-1);
  } else if (/^[0-9a-z]$/i.test(event.key) && !isTyping(event.target)) {
    line.value = "";
    line.focus();
  }
}

function settle() {
  if (choices.length) {
    choices[0].focus();
  } else if (first) {
    first.focus();
  } else {
    line.focus();
    // What found nobody is most often typed anew; what a scanner is typing now is not.
    if (line.value === line.defaultValue) line.select();
  }
}

if (line) {
  document.addEventListener("keydown", press);
  // The theme moves the page into a box of its own while it loads, and the focus is lost with it.
  if (document.readyState === "complete") settle();
  else window.addEventListener("load", settle);
}
