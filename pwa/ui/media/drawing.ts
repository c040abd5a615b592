/** Drawing pictures anew, away from the page's own thread where the browser can. */
import { MOST_PREVIEW_BYTES } from '../../engine/api.ts';

/** Pixels of the longer side of what is sent, where the person does not want the original. */
export const LONGEST_SIDE = 2048;
const QUALITY = 0.82;
/** Of what is sent large, because it could not be cleaned otherwise. */
const FINE_QUALITY = 0.92;
const PREVIEWS = [[32, 0.5], [24, 0.4], [16, 0.3], [8, 0.2]] as const;
const THUMB_SIDE = 240;

/** Width and height within a longest side, never larger than they are. */
export function fitted(width: number, height: number, longest: number): { readonly width: number; readonly height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Null where this browser can make no picture of it. The caller closes it. Turned as its orientation says. */
export async function bitmapOf(source: Blob | HTMLVideoElement): Promise<ImageBitmap | null> {
  try {
    return await createImageBitmap(source);
  } catch {
    return null; // nothing that can be drawn
  }
}

/** Drawn at most so large. WebP; JPEG on white where the browser writes none. */
async function drawn(image: ImageBitmap, longest: number, quality: number): Promise<Blob> {
  const { width, height } = fitted(image.width, image.height, longest);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new DOMException('no canvas', 'NotSupportedError');
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
  if (blob.type === 'image/webp') return blob;
  // JPEG knows no transparency: paper stands behind it.
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  return canvas.convertToBlob({ type: 'image/jpeg', quality });
}

export const scaled = (image: ImageBitmap): Promise<Blob> => drawn(image, LONGEST_SIDE, QUALITY);
export const redrawn = (image: ImageBitmap): Promise<Blob> => drawn(image, Math.max(image.width, image.height), FINE_QUALITY);
/** To be shown beside the text until it is sent. */
export const thumbOf = (image: ImageBitmap): Promise<Blob> => drawn(image, THUMB_SIDE, QUALITY);

/** A few pixels of it, for those who do not have it yet; undefined where even these are too many bytes. */
export async function previewOf(image: ImageBitmap): Promise<Uint8Array | undefined> {
  for (const [side, quality] of PREVIEWS) {
    const blob = await drawn(image, side, quality);
    if (blob.size <= MOST_PREVIEW_BYTES) return new Uint8Array(await blob.arrayBuffer());
  }
  return undefined;
}
