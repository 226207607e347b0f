// What every page has: changes without leaving the page, and the keys of the list.

/** Say something where screen readers and eyes find it. */
export function say(text) {
  const box = document.getElementById("said");
  box.textContent = text;
  box.classList.add("shown");
  clearTimeout(say.timer);
  say.timer = setTimeout(() => box.classList.remove("shown"), 4000);
}

/** Go to a field, or say that it is not there. */
export function focusOn(selector, missing) {
  const field = document.querySelector(selector);
  if (field) { field.focus(); field.scrollIntoView({ block: "center" }); } else say(missing);
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
    if (answer.status === 401) { askPassword(() => { form.removeAttribute("aria-busy"); send(form, button); }); return; }
    if (!answer.ok) { refuse(html); return; }
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

/** Say why a form was refused; where others came first, show theirs and ours side by side. */
function refuse(html) {
  const other = new DOMParser().parseFromString(html, "text/html"), overtaken = other.getElementById("overtaken");
  if (!overtaken) { say(other.querySelector("[role=alert]")?.textContent ?? "没有成功，请刷新后再试。"); return; }
  const box = document.getElementById("answer");
  box.replaceChildren(document.adoptNode(overtaken));
  box.showModal();
}

/** Let a field ask for something else. */
function become(input, label, values) {
  Object.assign(input, values, { value: "" });
  input.previousSibling.textContent = label;
  input.focus();
}

/** Ask for the password where the session has ended, and go on with `next`. */
function askPassword(next) {
  const box = document.getElementById("answer");
  box.replaceChildren(document.getElementById("again").content.cloneNode(true));
  box.querySelector("form").addEventListener("submit", async event => {
    event.preventDefault();
    const told = box.querySelector("[role=alert]"), input = box.querySelector("input");
    const given = input.name === "code" ? { step: input.dataset.step, code: input.value } : { name: document.body.dataset.user, password: input.value, then: location.pathname + location.search };
    try {
      const answer = await fetch(input.name === "code" ? "/login/code" : "/login", { method: "POST", body: new URLSearchParams(given), credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const step = page.querySelector("#code input[name=step]");
      if (step && input.name !== "code") { // the second factor
        become(input, "动态码或恢复码 ", { name: "code", type: "text", autocomplete: "one-time-code" });
        input.dataset.step = step.value;
        told.hidden = true;
        return;
      }
      const csrf = page.querySelector(".who input[name=csrf]")?.value;
      if (!answer.ok && !csrf) {
        told.textContent = page.querySelector("[role=alert]")?.textContent ?? "没有成功，请再试一次。"; told.hidden = false;
        if (input.name === "code" && !step) become(input, "密码 ", { name: "password", type: "password", autocomplete: "current-password" }); // the code came too late
        else input.select();
        return;
      }
      document.querySelectorAll("input[name=csrf]").forEach(input => { input.value = csrf; });
      box.close();
      next();
    } catch {
      told.textContent = "连接不上服务器，请稍后再试。"; told.hidden = false;
    }
  });
  box.showModal();
}

document.addEventListener("click", event => { if (event.target.closest("[data-close]")) document.getElementById("answer").close(); });

document.addEventListener("submit", event => {
  const form = event.target;
  if (form.matches("form.live")) {
    event.preventDefault();
    send(form, event.submitter);
  } else if (form.method === "post") leaving = form;
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
  if (event.key === "?" && !document.getElementById("top")) { document.querySelector(".who a[href='/help']")?.click(); return; }
  const rows = [...document.querySelectorAll("[data-row]")];
  if (event.key === "u" && !document.getElementById("top")) { document.querySelector("#toast [data-key=u]")?.click(); return; }
  if (!rows.length || !["j", "k", "Enter", " "].includes(event.key)) return;
  const now = rows.findIndex(row => row.classList.contains("now"));
  if (event.key === " ") {
    const tick = rows[now]?.querySelector("input[name=call]");
    if (tick && !event.target.closest("button, summary")) { event.preventDefault(); tick.click(); }
    return;
  }
  if (event.key === "Enter") {
    if (now >= 0 && !event.target.closest("a, button, summary")) rows[now].querySelector("a")?.click();
    return;
  }
  const next = rows[Math.max(0, Math.min(rows.length - 1, now + (event.key === "j" ? 1 : -1)))];
  rows.forEach(row => row.classList.toggle("now", row === next));
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
});

// What was typed is not lost without a question.
let leaving = null;
addEventListener("beforeunload", event => {
  const typed = [...document.querySelectorAll("form[method=post] :is(textarea, input:not([type]), input[type=text], input[type=number])")];
  if (typed.some(field => field.value !== field.defaultValue && field.form !== leaving)) event.preventDefault();
  leaving = null;
});

// A form that waited for the password is sent on.
document.querySelector("form[data-resume]")?.requestSubmit();

// Ticks of a list.
const ticks = () => [...document.querySelectorAll("input[name=call][form=bulk]")];
function count() {
  const box = document.getElementById("ticked");
  if (box) box.textContent = ` ${ticks().filter(one => one.checked).length} 通`;
}
document.addEventListener("change", event => {
  if (event.target.matches("[data-all]")) ticks().forEach(one => { one.checked = event.target.checked; });
  if (event.target.matches("[data-all], input[name=call]")) count();
});

// Back in a list, the row that one came from is the present one.
const here = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null;
if (here?.matches("[data-row]")) { here.classList.add("now"); here.scrollIntoView({ block: "center" }); here.querySelector("a")?.focus({ preventScroll: true }); }
