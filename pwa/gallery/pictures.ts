/** A picture as somebody might choose it for a room: hills at dusk. */
export function hillsPicture(): Uint8Array {
  const canvas = document.createElement('canvas');
  canvas.width = 192;
  canvas.height = 192;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws nothing.');
  const sky = context.createLinearGradient(0, 0, 0, 192);
  sky.addColorStop(0, '#3b3a7a');
  sky.addColorStop(0.55, '#c86f7a');
  sky.addColorStop(1, '#f4c58a');
  context.fillStyle = sky;
  context.fillRect(0, 0, 192, 192);
  context.fillStyle = '#fff3d6';
  context.beginPath();
  context.arc(128, 92, 20, 0, 7);
  context.fill();
  for (const [height, colour] of [[112, '#7a4a6d'], [134, '#4a3560'], [158, '#282345']] as const) {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, 192);
    for (let x = 0; x <= 192; x += 6) context.lineTo(x, height + 14 * Math.sin(x / 23 + height) + 7 * Math.sin(x / 11));
    context.lineTo(192, 192);
    context.fill();
  }
  const [, data = ''] = canvas.toDataURL('image/webp', 0.8).split(',');
  return Uint8Array.from(atob(data), (character) => character.codePointAt(0) ?? 0);
}

/** The camera shows a sheet of paper with a code on a table; null: there is no camera. */
export function pretendCamera(modules: readonly (readonly boolean[])[] | null): void {
  const getUserMedia = (): Promise<MediaStream> => (modules === null ? Promise.reject(new DOMException('none', 'NotFoundError')) : Promise.resolve(tableWith(modules)));
  Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { getUserMedia } });
}

function tableWith(modules: readonly (readonly boolean[])[]): MediaStream {
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 640;
  drawTable(canvas, modules);
  const stream = canvas.captureStream();
  // A stream of a canvas has a new frame whenever it is drawn.
  const timer = setInterval(() => {
    if (stream.getTracks().every((track) => track.readyState === 'ended')) clearInterval(timer);
    drawTable(canvas, modules);
  }, 100);
  return stream;
}

function drawTable(canvas: HTMLCanvasElement, modules: readonly (readonly boolean[])[]): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const wood = context.createLinearGradient(0, 0, 640, 640);
  wood.addColorStop(0, '#8a6a4c');
  wood.addColorStop(1, '#5d4531');
  context.fillStyle = wood;
  context.fillRect(0, 0, 640, 640);
  context.fillStyle = '#f6f3ec';
  context.fillRect(150, 150, 340, 340);
  context.fillStyle = '#23202e';
  const size = 290 / Math.max(1, modules.length);
  modules.forEach((row, y) => { row.forEach((dark, x) => { if (dark) context.fillRect(175 + x * size, 175 + y * size, size + 0.5, size + 0.5); }); });
}

/** A landscape as somebody might photograph it, each seed another; WebP. */
export function landscape(width: number, height: number, seed: number): Uint8Array<ArrayBuffer> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser draws nothing.');
  const hue = (seed * 67 + 200) % 360;
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, `hsl(${hue} 55% 52%)`);
  sky.addColorStop(0.7, `hsl(${(hue + 40) % 360} 70% 82%)`);
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = 'hsl(45 90% 94%)';
  context.beginPath();
  context.arc(width * (0.25 + (seed % 5) * 0.12), height * 0.28, Math.min(width, height) * 0.07, 0, 7);
  context.fill();
  for (let ridge = 0; ridge < 4; ridge += 1) {
    context.fillStyle = `hsl(${(hue + 20 - ridge * 12 + 360) % 360} ${28 + ridge * 6}% ${54 - ridge * 12}%)`;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += width / 64) {
      const at = x / width;
      context.lineTo(x, height * (0.45 + ridge * 0.13 + 0.07 * Math.sin(at * 7 + seed + ridge * 2) + 0.03 * Math.sin(at * 23 + seed * ridge)));
    }
    context.lineTo(width, height);
    context.fill();
  }
  const [, data = ''] = canvas.toDataURL('image/webp', 0.7).split(',');
  return Uint8Array.from(atob(data), (character) => character.codePointAt(0) ?? 0);
}
