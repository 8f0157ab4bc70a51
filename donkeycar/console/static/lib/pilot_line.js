// The way the pilot would go, drawn over the picture.

/** Draw an arc for `angle` (-1 left to +1 right) on `canvas`, or nothing when it is undefined. */
export function drawPilotLine(canvas, angle) {
  const scale = devicePixelRatio;
  const width = Math.round(canvas.clientWidth * scale);
  const height = Math.round(canvas.clientHeight * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const pen = canvas.getContext("2d");
  pen.clearRect(0, 0, width, height);
  if (angle === undefined) return;
  const colours = getComputedStyle(canvas);
  for (const [colour, thickness] of [["--veil", 9], ["--accent", 5]]) {
    pen.beginPath();
    pen.moveTo(width / 2, height * 0.97);
    pen.quadraticCurveTo(width / 2, height * 0.7, width / 2 + angle * width * 0.32, height * 0.52);
    pen.strokeStyle = colours.getPropertyValue(colour);
    pen.lineWidth = thickness * scale;
    pen.lineCap = "round";
    pen.stroke();
  }
}
