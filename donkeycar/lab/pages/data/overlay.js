// Steering and throttle, drawn on the picture.

const DRIVER = "#5fd0f5";
const PILOT = "#ffd166";
const LONG = 0.42;
const MOST_RAD = Math.PI / 3;

/** Draw a picture on a canvas, with steering as a line and throttle as a bar; a pilot's are amber. */
export function draw(canvas, picture, { angle, throttle }, pilot = null) {
  const context = canvas.getContext("2d");
  if (picture) {
    const width = Math.max(320, picture.width);
    const height = Math.round((width * picture.height) / picture.width);
    if (canvas.width !== width * 2 || canvas.height !== height * 2) {
      canvas.width = width * 2;
      canvas.height = height * 2;
    }
    context.imageSmoothingEnabled = picture.width >= 320;
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  } else {
    context.fillStyle = "#222c38";
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  if (angle !== null) line(context, canvas, angle, DRIVER);
  if (throttle !== null) bar(context, canvas, throttle);
  if (typeof pilot?.angle === "number") line(context, canvas, pilot.angle, PILOT);
  if (typeof pilot?.throttle === "number") tick(context, canvas, pilot.throttle);
}

function line(context, { width, height }, angle, shade) {
  const turn = Math.max(-1, Math.min(1, angle)) * MOST_RAD;
  const long = height * LONG;
  const from = [width / 2, height - 4];
  const to = [from[0] + Math.sin(turn) * long, from[1] - Math.cos(turn) * long];
  for (const [colour, wide] of [["rgb(0 0 0 / 65%)", 11], [shade, 6]]) {
    context.strokeStyle = colour;
    context.lineWidth = (wide * width) / 640;
    context.lineCap = "round";
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
  }
}

function bar(context, { width, height }, throttle) {
  const value = Math.max(-1, Math.min(1, throttle));
  const wide = width / 40;
  const [x, top, bottom] = [width - wide * 2, height * 0.1, height * 0.9];
  const middle = (top + bottom) / 2;
  context.fillStyle = "rgb(0 0 0 / 55%)";
  context.fillRect(x - 3, top - 3, wide + 6, bottom - top + 6);
  context.fillStyle = value < 0 ? "#ff9ecb" : DRIVER;
  const long = (Math.abs(value) * (bottom - top)) / 2;
  context.fillRect(x, value < 0 ? middle : middle - long, wide, long);
  context.fillStyle = "#ffffff";
  context.fillRect(x - 3, middle - 1, wide + 6, 3);
}

/** The pilot's throttle, as a mark on the bar. */
function tick(context, { width, height }, throttle) {
  const wide = width / 40;
  const y = height * (0.5 - 0.4 * Math.max(-1, Math.min(1, throttle)));
  context.fillStyle = "rgb(0 0 0 / 65%)";
  context.fillRect(width - wide * 2.5 - 2, y - 5, wide * 2 + 4, 10);
  context.fillStyle = PILOT;
  context.fillRect(width - wide * 2.5, y - 3, wide * 2, 6);
}
