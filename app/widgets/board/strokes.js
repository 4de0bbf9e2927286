// What is brushed over a picture: strokes by hand or by keys, over what was there before.
// Points and radii are in the picture's pixels.
function strokesOn(canvas, [wide, high]) {
  const strokes = []; // each {radius, wipes, points: [[x, y], ...]}
  let before = null; // a canvas that is white where it was brushed earlier, and clear elsewhere
  canvas.width = wide;
  canvas.height = high;

  function sheet() {
    const paper = document.createElement("canvas");
    paper.width = wide;
    paper.height = high;
    return [paper, paper.getContext("2d")];
  }

  function brushed() {
    const [paper, pen] = sheet();
    if (before) pen.drawImage(before, 0, 0);
    pen.fillStyle = pen.strokeStyle = "white";
    pen.lineCap = pen.lineJoin = "round";
    for (const { radius, wipes, points } of strokes) {
      pen.globalCompositeOperation = wipes ? "destination-out" : "source-over";
      pen.lineWidth = 2 * radius;
      pen.beginPath();
      points.forEach(([x, y], number) => (number ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      if (points.length === 1) pen.lineTo(points[0][0] + 0.01, points[0][1]);
      pen.stroke();
    }
    return paper;
  }

  return {
    begin: (point, radius, wipes) => strokes.push({ radius, wipes, points: [point] }),
    go: (point) => strokes.at(-1).points.push(point),
    back: () => strokes.pop(),
    clear: () => { strokes.length = 0; before = null; },
    count: () => strokes.length,

    // Take in a mask, grey as files have it: what counts is white there.
    take(url, then) {
      const mask = new Image();
      mask.onload = () => {
        const [paper, pen] = sheet();
        pen.drawImage(mask, 0, 0, wide, high);
        const levels = pen.getImageData(0, 0, wide, high);
        for (let at = 0; at < levels.data.length; at += 4) {
          levels.data[at + 3] = levels.data[at];
          levels.data.fill(255, at, at + 3);
        }
        pen.putImageData(levels, 0, 0);
        before = paper;
        then();
      };
      mask.src = url;
    },

    // The strokes in the page's colour, and where the brush is, if it is moved by keys.
    show(brush) {
      const pen = canvas.getContext("2d");
      pen.globalCompositeOperation = "source-over";
      pen.clearRect(0, 0, wide, high);
      pen.drawImage(brushed(), 0, 0);
      pen.globalCompositeOperation = "source-in";
      pen.fillStyle = getComputedStyle(canvas).color;
      pen.fillRect(0, 0, wide, high);
      if (!brush) return;
      pen.globalCompositeOperation = "source-over";
      pen.lineWidth = Math.max(1, wide / 200);
      pen.strokeStyle = "white";
      pen.beginPath();
      pen.arc(...brush.at, brush.radius, 0, 2 * Math.PI);
      pen.stroke();
    },

    // The mask as a PNG: white where it was brushed, black elsewhere.
    asUrl() {
      const [paper, pen] = sheet();
      pen.fillStyle = "black";
      pen.fillRect(0, 0, wide, high);
      pen.drawImage(brushed(), 0, 0);
      return paper.toDataURL("image/png");
    },
  };
}
