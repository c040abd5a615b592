/** Files as people choose them, made in the browser. */

const context = (width: number, height: number) => {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('This browser draws nothing.');
  return { canvas, pen };
};

/** Left half red, right half blue. */
export async function photo(width: number, height: number, type = 'image/jpeg', name = 'IMG_0001.JPG'): Promise<File> {
  const { canvas, pen } = context(width, height);
  pen.fillStyle = '#d02020';
  pen.fillRect(0, 0, width / 2, height);
  pen.fillStyle = '#2030c0';
  pen.fillRect(width / 2, 0, width / 2, height);
  return new File([await canvas.convertToBlob({ type, quality: 0.95 })], name, { type });
}

const ascii = (text: string): readonly number[] => Array.from(text, (character) => character.charCodeAt(0));

/** With EXIF that says how it lies, and a place in words. Orientation as TIFF 6.0 counts it. */
export async function withExif(picture: File, orientation: number): Promise<File> {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const tiff = [...ascii('MM'), 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0, ...ascii('GPS 47.26913,9.40088')];
  const body = [...ascii('Exif'), 0, 0, ...tiff];
  const segment = [0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff, ...body];
  return new File([bytes.slice(0, 2), new Uint8Array(segment), bytes.slice(2)], picture.name, { type: picture.type });
}

/** Two frames of one pixel, a second each. */
export const animated = (): File => {
  const frame = [0x21, 0xf9, 4, 0, 100, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  const bytes = [...ascii('GIF89a'), 1, 0, 1, 0, 0x80, 0, 0, 255, 255, 255, 0, 0, 0, ...frame, ...frame, 0x3b];
  return new File([new Uint8Array(bytes)], 'dance.gif', { type: 'image/gif' });
};

/** A second or so of a moving square, as WebM. */
export async function film(): Promise<File> {
  const canvas = document.createElement('canvas');
  canvas.width = 160;
  canvas.height = 90;
  const pen = canvas.getContext('2d');
  if (pen === null) throw new Error('This browser draws nothing.');
  const stream = canvas.captureStream(30);
  const recorder = new MediaRecorder(stream, { mimeType: 'video/webm' });
  const pieces: Blob[] = [];
  recorder.addEventListener('dataavailable', ({ data }) => { pieces.push(data); });
  const stopped = new Promise((resolve) => { recorder.addEventListener('stop', resolve); });
  recorder.start();
  for (let at = 0; at < 20; at += 1) {
    pen.fillStyle = '#204060';
    pen.fillRect(0, 0, 160, 90);
    pen.fillStyle = '#ffd080';
    pen.fillRect(at * 6, 30, 30, 30);
    await new Promise((resolve) => { requestAnimationFrame(resolve); });
  }
  recorder.stop();
  await stopped;
  for (const track of stream.getTracks()) track.stop();
  return new File(pieces, 'walk.webm', { type: 'video/webm' });
}

/** The colour in the middle of a part of a picture, 0 to 1 each way: red, green, blue. */
export async function colourAt(picture: Blob, x: number, y: number): Promise<readonly number[]> {
  const image = await createImageBitmap(picture);
  const { pen } = context(image.width, image.height);
  pen.drawImage(image, 0, 0);
  return [...pen.getImageData(Math.floor(x * image.width), Math.floor(y * image.height), 1, 1).data.slice(0, 3)];
}
