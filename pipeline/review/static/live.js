// The wall of conversations in progress: what the server says has changed is read anew, and waits run on.
import { say, swap } from "/static/page.js";

const box = () => document.getElementById("talks");
let skew = Date.now() / 1000 - Number(box().dataset.now); // of this clock against the server's
let reading = false, again = false;

/** Each wait of a customer, to the second. */
function tick() {
  for (const one of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(Date.now() / 1000 - skew - Number(one.dataset.since)));
    one.textContent = `${one.dataset.what ?? "客户已等"} ${seconds} 秒`;
    one.classList.toggle("bad", Boolean(one.dataset.limit) && seconds > Number(one.dataset.limit));
  }
}

const red = () => new Set([...document.querySelectorAll("[data-colour=red]")].map(one => one.dataset.talk));

/** Read the page anew, with the focus where it was, and say which conversation turned red. */
async function refresh() {
  if (reading) { again = true; return; }
  reading = true;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) { location.reload(); return; }
    const before = red(), focused = document.activeElement?.id;
    swap(await answer.text(), ["talks"]);
    skew = Date.now() / 1000 - Number(box().dataset.now);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    for (const talk of red()) if (!before.has(talk)) say(`告警：${document.getElementById(`talk-${talk}`).textContent}`);
    tick();
  } catch {
    say("连接不上服务器，稍后再试。");
  } finally {
    reading = false;
    if (again) { again = false; refresh(); }
  }
}

let last = null;
const changes = new EventSource("/live/changes");
changes.addEventListener("message", event => {
  if (last !== null && event.data !== last) refresh();
  last = event.data;
});
changes.addEventListener("error", () => { if (changes.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000); });
setInterval(tick, 1000);
tick();
