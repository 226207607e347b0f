// Who works on a call: signs of life while one does, a farewell, and the next call made ready.

import { say } from "./page.js";

const sound = document.getElementById("sound");

// Signs of life keep the claim on the call; whoever leaves gives it up.
const LIFE_MS = 60000;
let lived = Date.now(), held = true;
const csrf = () => document.querySelector("#top input[name=csrf]")?.value;
const view = () => document.getElementById("holder")?.dataset.view;
async function live() {
  if (!view() || Date.now() - lived < LIFE_MS) return;
  lived = Date.now();
  const answer = await fetch(`${location.pathname}/claim`, { method: "POST", body: new URLSearchParams({ csrf: csrf() }), credentials: "same-origin" }).catch(() => null);
  const by = answer?.ok && (await answer.json()).by;
  if (by && held) say(`${by} 已接手这通电话。`);
  held = !by;
}
for (const sign of ["keydown", "pointerdown"]) document.addEventListener(sign, live);
sound?.addEventListener("timeupdate", live);
addEventListener("pagehide", () => {
  if (view()) navigator.sendBeacon(`${location.pathname}/release`, new URLSearchParams({ csrf: csrf(), view: view() }));
});

// The next call is made ready while this one is judged: its sound is cut, its page is read once.
const following = document.getElementById("skip")?.dataset.following;
if (following) setTimeout(() => {
  for (const what of ["/wave", "?ahead=1"]) fetch(`/calls/${following}${what}`, { credentials: "same-origin" }).then(answer => answer.text()).catch(() => null);
}, 1500);
