/** What somebody chose, made ready to be sent: pictures scaled and drawn anew, films looked at, all else as it is. */
import type { AttachmentFacts } from '../../engine/api.ts';
import { bitmapOf, fitted, LONGEST_SIDE, previewOf, redrawn, scaled, thumbOf } from './drawing.ts';

export interface Prepared {
  readonly blob: Blob;
  readonly facts: AttachmentFacts;
  /** To be shown beside the text. */
  readonly thumb: Blob | null;
  /** Whether the original would be something else than this. */
  readonly scaled: boolean;
}

/** Milliseconds until a film that says nothing of itself is sent as a file. */
const PATIENCE = 8_000;

/** Never rejects for what is in the file: what cannot be read as what it seems is sent as a file. */
export async function prepare(file: File, original: boolean): Promise<Prepared> {
  if (file.type.startsWith('image/')) return (await picture(file, original)) ?? plain(file);
  if (file.type.startsWith('video/')) return (await film(file)) ?? plain(file);
  return plain(file);
}

/** Drawn anew in its full size: for a picture whose metadata could not be taken out. Null where it is none. */
export async function prepareAnew(file: File): Promise<Prepared | null> {
  const image = await bitmapOf(file);
  if (image === null) return null;
  try {
    return await ready(file, image, await redrawn(image), false);
  } finally {
    image.close();
  }
}

const plain = (file: File): Prepared => ({ blob: file, facts: { look: 'file', name: file.name, type: file.type }, thumb: null, scaled: false });

async function picture(file: File, original: boolean): Promise<Prepared | null> {
  const image = await bitmapOf(file);
  if (image === null) return null;
  try {
    const kind = await cleanableType(file);
    // Drawn anew, it would stand still.
    if (kind === 'image/gif') return await ready(file, image, file, false);
    if (original) return await ready(file, image, kind === null ? await redrawn(image) : file, false);
    const smaller = await scaled(image);
    const fits = Math.max(image.width, image.height) <= LONGEST_SIDE;
    // A small picture that is well packed already only loses by it.
    return fits && kind !== null && file.size <= smaller.size ? await ready(file, image, file, false) : await ready(file, image, smaller, true);
  } finally {
    image.close();
  }
}

async function ready(file: File, image: ImageBitmap, blob: Blob, isScaled: boolean): Promise<Prepared> {
  const preview = await previewOf(image);
  const type = blob === file ? ((await cleanableType(file)) ?? file.type) : blob.type;
  const size = isScaled ? fitted(image.width, image.height, LONGEST_SIDE) : { width: image.width, height: image.height };
  return {
    blob, thumb: await thumbOf(image), scaled: isScaled,
    facts: { look: 'picture', name: named(file.name, type), type, ...size, ...(preview === undefined ? {} : { preview }) },
  };
}

/** By its first bytes: those that the engine takes the metadata out of, or that have none worth it. */
async function cleanableType(file: Blob): Promise<'image/jpeg' | 'image/png' | 'image/webp' | 'image/gif' | null> {
  const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...start);
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG')) return 'image/png';
  if (text.startsWith('GIF8')) return 'image/gif';
  return text.startsWith('RIFF') && text.endsWith('WEBP') ? 'image/webp' : null;
}

const ENDINGS: Readonly<Record<string, string>> = { 'image/webp': 'webp', 'image/jpeg': 'jpg', 'image/png': 'png', 'image/gif': 'gif' };
const ENDS_ALREADY: Readonly<Record<string, RegExp>> = { 'image/jpeg': /\.jpe?g$/iu, 'image/webp': /\.webp$/iu, 'image/png': /\.png$/iu, 'image/gif': /\.gif$/iu };

/** The name with the ending of what it has become. */
export function named(name: string, type: string): string {
  const ending = ENDINGS[type];
  if (ending === undefined || ENDS_ALREADY[type]?.test(name) === true) return name;
  return `${name.replace(/\.[^.]*$/u, '')}.${ending}`;
}

async function film(file: File): Promise<Prepared | null> {
  const url = URL.createObjectURL(file);
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.preload = 'auto';
  try {
    video.src = url;
    await happens(video, 'loadeddata');
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0 || height === 0) return null;
    // The very first frame is black more often than not.
    if (Number.isFinite(video.duration) && video.duration > 0.4) {
      video.currentTime = Math.min(1, video.duration / 4);
      await happens(video, 'seeked');
    }
    const image = await bitmapOf(video);
    const preview = image === null ? undefined : await previewOf(image);
    const thumb = image === null ? null : await thumbOf(image);
    image?.close();
    const duration = Number.isFinite(video.duration) ? { duration: Math.round(video.duration * 1000) } : {};
    return { blob: file, thumb, scaled: false, facts: { look: 'video', name: file.name, type: file.type, width, height, ...duration, ...(preview === undefined ? {} : { preview }) } };
  } catch {
    return null; // a film that this browser cannot play
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  }
}

/** Rejects where the film fails first, or nothing happens. */
function happens(video: HTMLVideoElement, event: 'loadeddata' | 'seeked'): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const end = (run: () => void): void => {
      over.abort();
      clearTimeout(timer);
      run();
    };
    const fail = (): void => { end(() => { reject(new DOMException('the film cannot be played', 'NotSupportedError')); }); };
    const timer = setTimeout(fail, PATIENCE);
    video.addEventListener(event, () => { end(resolve); }, { signal: over.signal });
    video.addEventListener('error', fail, { signal: over.signal });
  });
}
