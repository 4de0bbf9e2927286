const LEAST = 0.05; // of a side, as training/data/crops.py has it
const SHADE = 'rgba(255, 255, 255, .62)';

export default function (component) {
  const { parentElement: root, data, setTriggerValue } = component;
  if (root.drawing && root.drawing.key === data.key) { // drawn anew around it
    root.drawing.tell = setTriggerValue;
    return;
  }
  const board = root.querySelector('.board');
  const own = {
    key: data.key, tell: setTriggerValue, tool: 'crop', crop: data.crop, mask: null, stroke: null,
  };
  root.drawing = own;
  board.setAttribute('aria-label', 'The picture: drag a box for its crop, or paint its mask');
  const picture = new Image();
  picture.onload = () => begin(root, own, board, picture, data.mask);
  picture.src = data.image;
}

function begin(root, own, board, picture, mask) {
  board.width = picture.naturalWidth;
  board.height = picture.naturalHeight;
  own.mask = document.createElement('canvas');
  own.mask.width = board.width;
  own.mask.height = board.height;
  own.redraw = () => redraw(root, own, board, picture);
  if (mask) {
    const before = new Image();
    before.onload = () => { takeIn(own.mask, before); own.redraw(); };
    before.src = `data:image/png;base64,${mask}`;
  }
  listen(root, own, board);
  own.redraw();
}

// A mask is grey; here what counts is white and the rest is clear.
function takeIn(mask, before) {
  const paper = mask.getContext('2d');
  paper.drawImage(before, 0, 0, mask.width, mask.height);
  const levels = paper.getImageData(0, 0, mask.width, mask.height);
  for (let at = 0; at < levels.data.length; at += 4) {
    levels.data[at + 3] = levels.data[at];
    levels.data.fill(255, at, at + 3);
  }
  paper.putImageData(levels, 0, 0);
}

function listen(root, own, board) {
  for (const button of root.querySelectorAll('[data-tool]')) {
    button.onclick = () => { own.tool = button.dataset.tool; own.redraw(); };
  }
  root.querySelector('[data-all]').onclick = () => { own.crop = null; tell(own); };
  root.querySelector('[data-none]').onclick = () => {
    own.mask.getContext('2d').clearRect(0, 0, board.width, board.height);
    tell(own);
  };
  for (const field of root.querySelectorAll('[data-edge]')) {
    field.onchange = () => {
      const crop = [...(own.crop || [0, 0, 1, 1])];
      crop[Number(field.dataset.edge)] = Math.min(1, Math.max(0, Number(field.value) / 100));
      if (isCrop(crop)) own.crop = crop;
      tell(own);
    };
  }
  board.onpointerdown = (event) => {
    board.setPointerCapture(event.pointerId);
    own.stroke = [place(board, event)];
    if (own.tool !== 'crop') brush(root, own, own.stroke[0], own.stroke[0]);
    own.redraw();
  };
  board.onpointermove = (event) => {
    if (!own.stroke) return;
    const to = place(board, event);
    if (own.tool !== 'crop') brush(root, own, own.stroke.at(-1), to);
    own.stroke.push(to);
    own.redraw();
  };
  board.onpointerup = board.onpointercancel = () => {
    if (!own.stroke) return;
    const box = boxOf(own, board);
    if (own.tool === 'crop' && isCrop(box)) own.crop = box;
    own.stroke = null;
    tell(own);
  };
}

function place(board, event) {
  const frame = board.getBoundingClientRect();
  return [
    (event.clientX - frame.left) * board.width / frame.width,
    (event.clientY - frame.top) * board.height / frame.height,
  ];
}

function brush(root, own, from, to) {
  const paper = own.mask.getContext('2d');
  paper.globalCompositeOperation = own.tool === 'wipe' ? 'destination-out' : 'source-over';
  paper.strokeStyle = 'white';
  paper.lineCap = 'round';
  paper.lineWidth = Number(root.querySelector('[data-brush]').value);
  paper.beginPath();
  paper.moveTo(...from);
  paper.lineTo(to[0] + 0.01, to[1]);
  paper.stroke();
}

function boxOf(own, board) {
  const [from, to] = [own.stroke[0], own.stroke.at(-1)];
  const share = (at, side) => Math.min(1, Math.max(0, at / side));
  const across = [share(from[0], board.width), share(to[0], board.width)].sort((a, b) => a - b);
  const down = [share(from[1], board.height), share(to[1], board.height)].sort((a, b) => a - b);
  return [across[0], down[0], across[1], down[1]];
}

function isCrop(box) {
  return box[2] - box[0] >= LEAST && box[3] - box[1] >= LEAST;
}

function redraw(root, own, board, picture) {
  const paper = board.getContext('2d');
  paper.drawImage(picture, 0, 0);
  const tint = document.createElement('canvas');
  tint.width = board.width;
  tint.height = board.height;
  const ink = tint.getContext('2d');
  ink.drawImage(own.mask, 0, 0);
  ink.globalCompositeOperation = 'source-in';
  ink.fillStyle = 'rgba(168, 68, 42, .5)';
  ink.fillRect(0, 0, tint.width, tint.height);
  paper.drawImage(tint, 0, 0);
  const crop = own.stroke && own.tool === 'crop' ? boxOf(own, board) : own.crop;
  if (crop) {
    const [left, top, right, bottom] = [
      crop[0] * board.width, crop[1] * board.height, crop[2] * board.width, crop[3] * board.height,
    ];
    paper.fillStyle = SHADE;
    paper.fillRect(0, 0, board.width, top);
    paper.fillRect(0, bottom, board.width, board.height - bottom);
    paper.fillRect(0, top, left, bottom - top);
    paper.fillRect(right, top, board.width - right, bottom - top);
    paper.strokeStyle = '#a8442a';
    paper.lineWidth = 3;
    paper.strokeRect(left, top, right - left, bottom - top);
  }
  for (const button of root.querySelectorAll('[data-tool]')) {
    button.setAttribute('aria-pressed', String(button.dataset.tool === own.tool));
  }
  const edges = own.crop || [0, 0, 1, 1];
  for (const field of root.querySelectorAll('[data-edge]')) {
    field.value = Math.round(100 * edges[Number(field.dataset.edge)]);
  }
}

function tell(own) {
  own.redraw();
  const whole = document.createElement('canvas');
  whole.width = own.mask.width;
  whole.height = own.mask.height;
  const paper = whole.getContext('2d');
  paper.fillStyle = 'black';
  paper.fillRect(0, 0, whole.width, whole.height);
  paper.drawImage(own.mask, 0, 0);
  const mask = whole.toDataURL('image/png').split(',')[1];
  own.tell('drawn', { crop: own.crop, mask });
}
