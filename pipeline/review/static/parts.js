// Parts of a page put in place of ours: those of a long transcript, and forms that come when they are wanted.

import { say, swap } from "./page.js";

let loading = null, asked = "", afterwards = null, goes = [];

/** Put a part of the page in place of ours as a link shows it, the last one asked for where several are; without script
 * the link is followed. */
export async function load(link, what, then) {
  if (loading && link.href !== asked) { afterwards = [link, what, then]; return; }
  if (loading) { afterwards = null; goes.push(then); return; }
  asked = link.href;
  goes = [then];
  loading = put(link, what, () => goes.forEach(go => go?.()));
  await loading;
  const next = afterwards;
  loading = afterwards = null;
  if (next) load(...next);
}

/** A promise of whether the part on its way came; null where none is. */
export const onItsWay = () => loading;

async function put(link, what, then) {
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    if (!answer.ok) { location.assign(link.href); return false; }
    swap(await answer.text(), [what].flat());
    stay();
    then();
    return true;
  } catch {
    say("连接不上服务器，请稍后再试。");
    return false;
  }
}

/** Keep the part that is shown in the address, for a reload and for who comes back. */
function stay() {
  const address = new URL(location.href), part = partNow();
  if (!part) return;
  address.searchParams.set("part", part);
  for (const name of ["edit", "tools", "paper"]) address.searchParams.delete(name);
  address.hash = "";
  history.replaceState(history.state, "", address);
}

/** What comes with a part: also the findings, where a page has the forms of one part only. */
export const ofPart = () => document.querySelector("#findings[data-parted]") ? ["transcript", "findings"] : "transcript";

export const partNow = () => /part=(\d+)/.exec(document.querySelector("#parts a[aria-current]")?.href ?? "")?.[1];
