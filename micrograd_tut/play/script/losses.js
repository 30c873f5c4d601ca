// ---- The losses of the training set and of the held-out set, epoch by epoch ----------------------

function drawLosses() {
  const { pen, width, height } = brush($("losses")), { rows, best } = state.run, count = rows.length;
  const frame = { left: 46, right: 8, top: 8, bottom: 30 }, w = width - frame.left - frame.right, h = height - frame.top - frame.bottom;
  const has = rows.length && rows[0].heldLoss !== undefined;
  const all = rows.flatMap((row) => (has ? [row.loss, row.heldLoss] : [row.loss])).filter(Number.isFinite).sort((a, b) => a - b);
  const high = (all.length ? Math.min(all.at(-1), 3 * all[Math.floor(0.9 * (all.length - 1))]) : 1) * 1.08 || 1;
  const x = (epoch) => frame.left + (count < 2 ? 0.5 : (epoch - 1) / (count - 1)) * w, y = (loss) => frame.top + (1 - Math.min(loss / high, 1)) * h;
  pen.font = FONT;
  pen.lineWidth = 1;
  for (const v of ticks([0, high], 3)) {
    pen.strokeStyle = css(colours.line);
    pen.beginPath(); pen.moveTo(frame.left, y(v)); pen.lineTo(width - frame.right, y(v)); pen.stroke();
    pen.fillStyle = css(colours.faint);
    pen.textAlign = "right";
    pen.fillText(shown(v), frame.left - 5, y(v) + 4);
  }
  pen.textAlign = "left";
  pen.fillText(count ? "1" : "", frame.left, height - 16);
  pen.textAlign = "right";
  pen.fillText(count > 1 ? `${count}` : "", width - frame.right, height - 16);
  pen.textAlign = "center";
  pen.fillText("epoch", frame.left + w / 2, height - 5);
  if (!count) return;
  const stride = Math.max(1, Math.floor(count / (2 * w)));
  const line = (key, colour, dash) => {
    pen.strokeStyle = css(colour);
    pen.lineWidth = 2;
    pen.setLineDash(dash);
    pen.beginPath();
    for (let k = 0; k < count; k += stride) pen.lineTo(x(k + 1), y(rows[k][key]));
    pen.lineTo(x(count), y(rows[count - 1][key]));
    pen.stroke();
    pen.setLineDash([]);
  };
  line("loss", colours.positive, []);
  if (has) line("heldLoss", colours.negative, [6, 3]);
  pen.fillStyle = css(colours.ink);
  pen.beginPath();
  pen.arc(x(best.epoch), y(best.loss), 4, 0, 2 * Math.PI);
  pen.fill();
}
