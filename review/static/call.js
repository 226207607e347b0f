// The call page: the wave, the sound with its findings, and the keys.
import { say } from "/static/page.js";

const call = document.getElementById("call"), sound = document.getElementById("sound");
const length = Number(call.dataset.length), cursor = document.getElementById("cursor");
const loop = document.getElementById("loop"), speed = document.getElementById("speed");
let from = null, to = null; // the stretch that is being played, in seconds
const AROUND = 0.5; // seconds of sound before and after a finding

const findings = () => [...document.querySelectorAll("#findings .finding")];
const current = () => document.querySelector("#findings .finding.now");

function play(start, end) {
  from = Math.max(0, start);
  to = end;
  sound.currentTime = from;
  sound.play().catch(() => say("没有可以播放的声音。"));
}

function playFinding(one) {
  if (one.dataset.kind !== "missing") play(Number(one.dataset.start) - AROUND, Number(one.dataset.end) + AROUND);
}

function choose(one) {
  findings().forEach(other => other.classList.toggle("now", other === one));
  one.scrollIntoView({ block: "nearest" });
  one.focus({ preventScroll: true });
}

function step(by) {
  const all = findings();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.max(0, Math.min(all.length - 1, at + by))];
  choose(next);
  playFinding(next);
}

// --- the wave
async function draw() {
  const canvas = document.getElementById("peaks"), pen = canvas.getContext("2d");
  const answer = await fetch(`/calls/${call.dataset.id}/wave`);
  const { channels, detail } = await answer.json();
  if (!channels.length) {
    const told = document.getElementById("silent");
    told.textContent = detail ?? "没有声音。";
    told.hidden = false;
    sound.hidden = true;
    return;
  }
  const style = getComputedStyle(document.documentElement);
  const height = canvas.height / channels.length;
  channels.forEach((peaks, row) => {
    pen.fillStyle = style.getPropertyValue(["--agent", "--customer"][row]);
    peaks.forEach((peak, x) => {
      const tall = Math.max(1, peak / 100 * (height - 6));
      pen.fillRect(x, row * height + (height - tall) / 2, 1, tall);
    });
  });
}
draw();

document.getElementById("wave").addEventListener("click", event => {
  const box = event.currentTarget.getBoundingClientRect();
  play((event.clientX - box.left) / box.width * length, null);
});

// --- the sound
sound.addEventListener("timeupdate", () => {
  const now = sound.currentTime;
  if (to !== null && now >= to) {
    if (loop.checked) sound.currentTime = from;
    else { sound.pause(); to = null; }
  }
  cursor.setAttribute("x", 1000 * now / length);
  for (const line of document.querySelectorAll(".said")) {
    const on = now >= Number(line.dataset.start) && now < Number(line.dataset.end);
    if (on && !line.classList.contains("now") && !sound.paused) line.scrollIntoView({ block: "nearest" });
    line.classList.toggle("now", on);
  }
});
speed.addEventListener("change", () => { sound.playbackRate = Number(speed.value); });

document.addEventListener("click", event => {
  const { target } = event;
  const finding = target.closest(".finding"), line = target.closest(".said");
  if (target.closest("[data-edit]")) edit(line);
  else if (target.closest("[data-mark]")) mark(target.closest("[data-mark]").dataset.mark);
  else if (target.closest("[data-seek]")) play(Number(target.closest("[data-seek]").dataset.seek), null);
  else if (finding) {
    choose(finding);
    if (target.closest("[data-play]")) playFinding(finding);
  } else if (line && !target.closest("button")) play(Number(line.dataset.start), null);
});
document.getElementById("previous").addEventListener("click", () => step(-1));
document.getElementById("following").addEventListener("click", () => step(1));
document.getElementById("help").addEventListener("click", () => document.getElementById("keys").showModal());

// --- the forms that the page fills in
function mark(which) {
  document.querySelector("#findings details.hand").open = true;
  document.getElementById(which).value = sound.currentTime.toFixed(1);
}

function edit(line) {
  document.getElementById("edit").open = true;
  document.getElementById("which").value = line.dataset.index;
  document.getElementById("words").value = line.dataset.text;
  document.getElementById("side").value = line.dataset.role;
  document.getElementById("words").focus();
}
document.addEventListener("change", event => {
  if (event.target.id === "which") edit(document.querySelector(`.said[data-index="${CSS.escape(event.target.value)}"]`));
});

// What was chosen stays chosen when the list is made anew.
let chosen = current()?.id;
document.addEventListener("swapping", () => { chosen = current()?.id; });
document.addEventListener("swapped", () => {
  const one = chosen && document.getElementById(chosen);
  if (one) choose(one);
});

// --- keys
const press = selector => { const button = document.querySelector(selector); button?.click(); return Boolean(button); };
const KEYS = {
  " ": () => { if (sound.paused) { to = null; sound.play().catch(() => say("没有可以播放的声音。")); } else sound.pause(); },
  n: () => step(1),
  p: () => step(-1),
  l: () => { loop.checked = !loop.checked; },
  c: () => current()?.querySelector('[data-key="c"]')?.click(),
  x: () => current()?.querySelector('[data-key="x"]')?.click(),
  u: () => press("[data-undo]") || say("没有可以撤销的操作。"),
  r: () => press('[data-key="r"]'),
  "[": () => mark("from"),
  "]": () => mark("to"),
  ArrowLeft: () => { sound.currentTime -= 3; },
  ArrowRight: () => { sound.currentTime += 3; },
  Enter: () => current() && playFinding(current()),
  "?": () => document.getElementById("keys").showModal(),
};
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, audio")) return;
  if ([" ", "Enter"].includes(event.key) && event.target.closest("button, a, summary")) return;
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});
