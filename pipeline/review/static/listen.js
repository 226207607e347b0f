// Listening in to a call that goes on: what may be heard is fetched piece by piece and played without a gap.
import { say } from "/static/page.js";

const button = document.getElementById("listen"), told = document.getElementById("listening");
const BACK_S = 10, LOOK_MS = 1500;
let sound = null, until = 0, next = 0, timer = null;

const stop = text => {
  clearTimeout(timer);
  sound?.close();
  sound = null;
  button.setAttribute("aria-pressed", "false");
  button.textContent = "开始旁听";
  told.textContent = text;
};

/** Fetch what is new and put it behind what plays. */
async function more() {
  try {
    const answer = await fetch(`${button.dataset.sound}?since=${until.toFixed(3)}`, { credentials: "same-origin" });
    if (!sound) return;
    if (answer.status === 200) {
      until = Number(answer.headers.get("X-Until"));
      const piece = await sound.decodeAudioData(await answer.arrayBuffer());
      const source = sound.createBufferSource();
      source.buffer = piece;
      source.connect(sound.destination);
      next = Math.max(next, sound.currentTime + 0.1);
      source.start(next);
      next += piece.duration;
      told.textContent = "正在播放";
    } else if (answer.status === 204) {
      told.textContent = next > sound.currentTime ? "正在播放" : "等待下一句…";
    } else {
      const why = await answer.json().catch(() => ({}));
      stop(typeof why.detail === "string" ? why.detail : "现在不能旁听。");
      return;
    }
  } catch {
    told.textContent = "连接不上服务器，稍后再试。";
  }
  timer = setTimeout(more, LOOK_MS);
}

button.addEventListener("click", () => {
  if (sound) { stop("已停止"); return; }
  sound = new AudioContext();
  until = Math.max(0, Number(button.dataset.heard) - BACK_S);
  next = 0;
  button.setAttribute("aria-pressed", "true");
  button.textContent = "停止旁听";
  say("开始旁听，会记入操作日志。");
  more();
});
