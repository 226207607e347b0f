// The page of a call by ear and by keyboard. What is shown and what may be done comes from the server; the sound goes
// on while forms are sent and parts of the page are put in anew, so nothing here may keep hold of their elements.

import { focusOn, say } from "./page.js";
import { load, ofPart, onItsWay, partNow } from "./parts.js";
import "./presence.js";
import { showWave } from "./wave.js";

const BEFORE_S = 0.7, AFTER_S = 0.5, SKIP_S = 3;
const sound = document.getElementById("sound"), wave = document.getElementById("wave");
const total = Number(wave.dataset.total);
let current = 0, stopAt = null, looping = false, wanted = null, looked = false, asked = 0, decided = false;
const ASK_MS = 6000;

document.documentElement.classList.add("has-script");

const findings = () => [...document.querySelectorAll(".finding")];
const unfolded = () => findings().filter(one => one.dataset.number && !one.closest("details:not([open])"));
const finding = number => document.querySelector(`.finding[data-number="${number}"]`);

function seek(seconds) {
  const at = Math.max(0, Math.min(total, seconds));
  // before the sound has begun to load a browser forgets where it was sent
  if (sound.readyState === 0) wanted = at;
  sound.currentTime = at;
}

function play(from, to) {
  if (!sound) return;
  stopAt = to;
  seek(from);
  sound.play().catch(() => say("录音暂时不能播放。"));
}

function select(number, { scroll = true } = {}) {
  const row = finding(number);
  if (!row) return;
  const fold = row.closest("details:not([open])");
  if (fold) fold.open = true;
  current = Number(number);
  findings().forEach(one => one.classList.toggle("now", one === row));
  document.querySelectorAll("#marks .mark").forEach(one => one.classList.toggle("now", one.dataset.play === String(number)));
  if (scroll) row.scrollIntoView({ block: "nearest" });
  if (scroll && !("whole" in row.dataset)) showPart(Number(row.dataset.start), () => showPlace(row));
}

/** Bring the sentence of a finding in sight. */
function showPlace(row) {
  const hits = document.querySelectorAll(`.line .hit[data-play="${row.dataset.number}"]`), start = Number(row.dataset.start);
  const line = [...hits].at(-1)?.closest(".line") ?? [...document.querySelectorAll(".line")].findLast(one => Number(one.dataset.start) <= start);
  if (line) keepInSight(line);
}

/** Load the part of a long transcript in which a moment lies, and go on with `then`. */
function showPart(seconds, then) {
  const all = [...document.querySelectorAll("#parts a")];
  const part = all.find(one => seconds < Number(one.dataset.end)) ?? all.at(-1);
  if (part && !part.hasAttribute("aria-current") && !document.querySelector(".editing")) load(part, ofPart(), () => { select(current, { scroll: false }); then?.(); });
  else then?.();
}

/** Load the part with a sentence. */
function partWith(number) {
  const link = [...document.querySelectorAll("#parts a")].findLast(one => Number(one.dataset.first) <= number);
  if (link) showLine({ dataset: { line: number }, href: link.href });
}

/** Go to a sentence, in a part that is loaded first where it is another. */
function showLine(link) {
  const go = () => {
    const line = document.getElementById(`u${link.dataset.line}`);
    document.querySelectorAll(".line.now").forEach(one => one.classList.remove("now"));
    line?.classList.add("now");
    line?.scrollIntoView({ block: "center" });
    if (line && sound) seek(Number(line.dataset.start));
  };
  if (document.getElementById(`u${link.dataset.line}`)) go(); else load(link, ofPart(), () => { select(current, { scroll: false }); go(); });
}

function playFinding(number) {
  looked = true;
  select(number);
  const row = finding(number);
  if (row && !("whole" in row.dataset)) play(Number(row.dataset.start) - BEFORE_S, Number(row.dataset.end) + AFTER_S);
}

/** Play the next finding; the first press plays the first one. */
function step(by) {
  const all = unfolded();
  if (!all.length) return;
  const at = all.findIndex(one => Number(one.dataset.number) === current);
  playFinding(looked ? all[(at + by + all.length) % all.length].dataset.number : all[at < 0 ? 0 : at].dataset.number);
}

const open = () => findings().filter(one => one.classList.contains("open"));

/** Play the next finding that waits for a person; false where none does. */
function stepOpen() {
  const all = open();
  const next = all.find(one => Number(one.dataset.number) > current || (!looked && Number(one.dataset.number) === current)) ?? all[0];
  if (next) playFinding(next.dataset.number);
  else say("没有待复核的发现了。");
  return Boolean(next);
}

/** Ask before a call with open findings is settled; the second press within a while means it. */
function settles(button) {
  if (!open().length || Date.now() - asked < ASK_MS) return true;
  asked = Date.now();
  say(`还有 ${open().length} 处待复核。再按一次“${button.dataset.key ?? "处理完毕"}”就处理完毕。`);
  return false;
}

function toggleLoop() {
  looping = !looping;
  document.getElementById("loop").setAttribute("aria-pressed", looping);
  if (looping) playFinding(current);
}

function toggleKeys() {
  const keys = document.getElementById("keys");
  keys.hidden = !keys.hidden;
  document.getElementById("help")?.setAttribute("aria-expanded", !keys.hidden);
}

const stateOf = number => finding(number)?.classList[1];

/** Press the button of a key: the one of the finding that one looks at, else one of the call. A finding whose part is on
 * its way has its buttons with it; one that somebody decided meanwhile is left for another look. */
function press(key, number = current, was = stateOf(number)) {
  if (onItsWay()) { onItsWay().then(came => { if (came) press(key, number, was); }); return; }
  if (stateOf(number) !== was) { say("这一处刚才有变化，请再看一下。"); return; }
  const toast = key === "u" && document.querySelector("#toast [data-key=u]"); // nothing was done here since
  const own = toast || finding(number)?.querySelector(`[data-key="${key}"]`);
  decided = Boolean(own) && ["c", "x"].includes(key);
  const button = own ?? (["c", "x"].includes(key) ? null : document.querySelector(`#head [data-key="${key}"], #history [data-key="${key}"]`));
  if (button) button.click();
  else say({ c: "这里没有可以确认的发现。", x: "这里没有可以驳回的发现。", u: "没有可以撤销的操作。" }[key] ?? "");
}

function takeTime(name) {
  const seconds = sound.currentTime.toFixed(2);
  document.querySelectorAll(`.tool input[name="${name}"]`).forEach(input => { input.value = seconds; });
  say(`${name === "start_s" ? "起点" : "终点"} ${seconds} 秒`);
}

const edit = link => load(link, "transcript", () => document.querySelector(".editing input[name=text], .editing select")?.focus());

/** Correct the sentence of the finding that one looks at. */
function editCurrent() {
  const row = finding(current), at = Number(row?.dataset.start);
  const line = [...document.querySelectorAll(".line")].find(one => at >= Number(one.dataset.start) && at <= Number(one.dataset.end));
  const link = line?.querySelector("a.edit");
  if (link) edit(link); else say("这里没有可以更正的句子。");
}

document.addEventListener("submit", event => {
  const form = event.target;
  if (!form.action.includes("/settle") || form.querySelector("input[name=settled]")) return;
  if (!settles(event.submitter ?? form)) { event.preventDefault(); event.stopImmediatePropagation(); }
}, true);

document.addEventListener("click", event => {
  const hit = event.target.closest("[data-play], [data-select], [data-seek], [data-take], .at, a.edit, a.tools, a.toline, a.whole, #parts a, .said, #loop, #help");
  if (!hit) {
    if (event.target.closest("#wave") && sound) {
      const box = wave.getBoundingClientRect();
      play((event.clientX - box.left) / box.width * total, null);
    }
    return;
  }
  if (event.detail > 0 && hit.matches("button")) hit.blur(); // so that the space bar goes on to mean play and pause
  if (hit.matches("a.edit")) { event.preventDefault(); edit(hit); }
  else if (hit.matches("a.tools")) { event.preventDefault(); load(hit, "findings", () => select(current)); }
  else if (hit.matches("a.toline")) { event.preventDefault(); showLine(hit); }
  else if (hit.matches("#parts a")) { event.preventDefault(); load(hit, ofPart(), () => select(current, { scroll: false })); }
  else if (hit.matches("a.whole")) { event.preventDefault(); load(hit, "transcript"); }
  else if (hit.dataset.play) playFinding(hit.dataset.play);
  else if (hit.dataset.select) { event.preventDefault(); select(hit.dataset.select); }
  else if (hit.dataset.take) takeTime(hit.dataset.take);
  else if (hit.id === "loop") toggleLoop();
  else if (hit.id === "help") toggleKeys();
  else play(Number(hit.dataset.seek ?? hit.closest(".line").dataset.start), null);
});

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const does = {
    " ": () => { stopAt = null; if (sound?.paused) play(wanted ?? sound.currentTime, null); else sound?.pause(); },
    n: () => step(1), N: stepOpen, p: () => step(-1),
    m: () => focusOn("form[action*='/comment'] input[name=text]", "这里不能备注。"),
    a: () => { const take = document.querySelector("form [data-key=a]"); if (take) take.click(); else focusOn("form[action*='/assign'] select", "这里不能分配。"); },
    e: editCurrent, s: () => document.getElementById("skip")?.click(), Escape: () => document.getElementById("back")?.click(), l: () => sound && toggleLoop(), "?": toggleKeys,
    c: () => press("c"), x: () => press("x"), u: () => press("u"), r: () => press("r"),
    ArrowLeft: () => sound && seek(sound.currentTime - SKIP_S), ArrowRight: () => sound && seek(sound.currentTime + SKIP_S),
  }[event.key];
  // a button that has the focus is pressed by the space bar itself, and the player has its own keys
  if (!does || (event.key === " " && event.target.closest("button, a, summary, audio"))) return;
  if (event.key.startsWith("Arrow") && event.target.closest("audio")) return;
  event.preventDefault();
  does();
});

function follow() {
  const now = sound.currentTime;
  if (stopAt !== null && now >= stopAt) {
    const row = finding(current);
    if (looping && row) seek(Number(row.dataset.start) - BEFORE_S);
    else { stopAt = null; sound.pause(); }
  }
  document.getElementById("cursor").style.left = `${100 * now / total}%`;
  let spoken = null;
  for (const line of document.querySelectorAll(".line")) {
    const is = now >= Number(line.dataset.start) && now < Number(line.dataset.end);
    if (is && !line.classList.contains("now")) spoken = line;
    line.classList.toggle("now", is);
  }
  if (spoken && !document.querySelector(".editing")) keepInSight(spoken);
  if (!sound.paused && !onItsWay()) showPart(now);
}

/** Scroll the transcript only, never the page. */
function keepInSight(line) {
  const column = line.closest(".column"), top = line.offsetTop - column.offsetTop;
  if (top < column.scrollTop || top > column.scrollTop + column.clientHeight - 60) column.scrollTop = top - column.clientHeight / 3;
}

// Who works by the Tab key goes on from the button that was pressed, though it was put in anew.
let pressed = null;
document.addEventListener("submit", event => {
  const part = partNow(); // the answer shows the part that one reads now
  if (part && event.target.matches(".live")) event.target.setAttribute("action", event.target.getAttribute("action").replace(/part=\d+/, `part=${part}`));
  const button = document.activeElement;
  pressed = button?.matches(":focus-visible") && event.target.contains(button) ? button.dataset.key : null;
}, true);

const onward = document.getElementById("onward");
if (onward) {
  onward.checked = localStorage.getItem("callqa.onward") !== "0";
  onward.addEventListener("change", () => { localStorage.setItem("callqa.onward", onward.checked ? "1" : "0"); onward.blur(); });
}

document.addEventListener("swapped", event => {
  document.getElementById("toast")?.remove();
  select(current, { scroll: false });
  if (event.detail?.matches?.("[action*='/comment']")) event.detail.reset();
  const goes = decided && onward?.checked;
  decided = false;
  if (goes && open().length) { stepOpen(); return; }
  if (pressed) (finding(current)?.querySelector(`[data-key="${pressed}"]`) ?? finding(current)?.querySelector(".pick"))?.focus();
});

if (sound) {
  sound.addEventListener("timeupdate", follow);
  sound.addEventListener("loadedmetadata", () => { if (wanted !== null) { sound.currentTime = wanted; wanted = null; } });
  const speed = document.getElementById("speed");
  speed.addEventListener("change", () => { sound.defaultPlaybackRate = sound.playbackRate = Number(speed.value); speed.blur(); });
  showWave(wave).catch(error => { document.getElementById("wave-said").textContent = error.message; });
}
addEventListener("beforeprint", () => document.querySelectorAll(".folded > details").forEach(one => { one.open = true; }));

// A link from an appeal or a report names the place: #t=7.2
const place = Number(/^#t=([\d.]+)$/.exec(location.hash)?.[1] ?? NaN);
const at = findings().filter(one => !("whole" in one.dataset)).sort((a, b) => Math.abs(a.dataset.start - place) - Math.abs(b.dataset.start - place))[0];
select(Number.isNaN(place) || !at ? (/^#f(\d+)$/.exec(location.hash)?.[1] ?? 0) : at.dataset.number, { scroll: /^#[ft][=\d]/.test(location.hash) });
if (!Number.isNaN(place) && sound) seek(place - BEFORE_S);

// A link to a sentence, also one of a part that is not shown: #u512
const toSentence = () => { const line = /^#u(\d+)$/.exec(location.hash)?.[1]; if (line) partWith(Number(line)); };
toSentence();
addEventListener("hashchange", toSentence);
