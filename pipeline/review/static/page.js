// What every page has: changes without leaving the page, and the keys of the list.

/** Say something where screen readers and eyes find it. */
export function say(text) {
  const box = document.getElementById("said");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => box.classList.remove("shown"), 4000);
}

/** Put the parts of another page that have ids in `ids` in place of ours. */
export function swap(html, ids) {
  const other = new DOMParser().parseFromString(html, "text/html");
  for (const id of ids) {
    const ours = document.getElementById(id), theirs = other.getElementById(id);
    if (ours && theirs) ours.replaceWith(document.adoptNode(theirs));
  }
  return other;
}

/** Send a form of class "live" and show what changed, with the sound going on; without script it is a common form. */
async function send(form, button) {
  if (form.hasAttribute("aria-busy")) return; // pressed twice
  const data = new FormData(form, button);
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button?.getAttribute("formaction") ?? form.getAttribute("action"), { method: "POST", body: new URLSearchParams(data), credentials: "same-origin" });
    const html = await answer.text();
    if (!answer.ok) {
      const other = new DOMParser().parseFromString(html, "text/html");
      say(other.querySelector("[role=alert]")?.textContent ?? "没有成功，请刷新后再试。");
      return;
    }
    document.dispatchEvent(new CustomEvent("swapping"));
    swap(html, (form.dataset.swap ?? "main").split(" "));
    say(form.dataset.said ?? "已保存");
    document.dispatchEvent(new CustomEvent("swapped", { detail: form }));
  } catch {
    say("连接不上服务器，请稍后再试。");
  } finally {
    form.removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.matches("form.live")) {
    event.preventDefault();
    send(form, event.submitter);
  }
});

document.addEventListener("change", event => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// Keys of a list: j and k move, Enter opens.
document.addEventListener("keydown", event => {
  if (event.target.closest("input, textarea, select, [contenteditable]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("[data-search]");
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  const rows = [...document.querySelectorAll("[data-row]")];
  if (!rows.length || !["j", "k", "Enter"].includes(event.key)) return;
  const now = rows.findIndex(row => row.classList.contains("now"));
  if (event.key === "Enter") {
    if (now >= 0 && !event.target.closest("a, button")) rows[now].querySelector("a")?.click();
    return;
  }
  const next = rows[Math.max(0, Math.min(rows.length - 1, now + (event.key === "j" ? 1 : -1)))];
  rows.forEach(row => row.classList.toggle("now", row === next));
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
});

// What was typed is not lost without a question.
addEventListener("beforeunload", event => {
  const typed = [...document.querySelectorAll("form.live input[name=text], form.live textarea")];
  if (typed.some(field => field.value !== field.defaultValue)) event.preventDefault();
});
