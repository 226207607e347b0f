// The outline of the sound on a canvas: one lane a channel, behind it the server's coloured stretches.

const COLOURS = { agent: "#1d5fa8", customer: "#8a5a00", unknown: "#5a6474" };

/** Draw peaks (0..100) of one or two channels; drawn anew when the canvas changes its size. */
function draw(canvas, channels, sides) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const brush = canvas.getContext("2d");
  brush.scale(ratio, ratio);
  const lane = height / channels.length;
  channels.forEach((peaks, number) => {
    brush.fillStyle = channels.length > 1 ? COLOURS[sides[number]] : COLOURS.unknown;
    const middle = lane * (number + 0.5), bar = width / peaks.length;
    peaks.forEach((peak, at) => {
      const tall = Math.max(1, peak / 100 * lane * 0.92);
      brush.fillRect(at * bar, middle - tall / 2, Math.max(0.6, bar * 0.8), tall);
    });
  });
}

/** Fetch the outline and keep it drawn. Resolves when the sound is ready to play; rejects with what to say. */
export async function showWave(box) {
  const answer = await fetch(box.dataset.src, { credentials: "same-origin" });
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    throw new Error(told.detail ?? "录音暂时不能播放。");
  }
  const { channels } = await answer.json();
  const canvas = box.querySelector("canvas");
  new ResizeObserver(() => draw(canvas, channels, box.dataset.sides.split(","))).observe(canvas);
}
