import { MOST_PICTURE_BYTES } from '../../engine/api.ts';

const SIDES = [256, 192, 144, 112, 80] as const;
const QUALITIES = [0.86, 0.72, 0.56, 0.4] as const;

/**
 * A picture that somebody chose as a room can keep it: the middle square, scaled until it fits. Drawing it anew
 * also leaves behind where and when it was taken. Null where it is no picture that this browser can read.
 */
export async function roomPicture(file: Blob): Promise<Uint8Array | null> {
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file);
  } catch {
    return null; // no picture
  }
  try {
    return await fitting(image);
  } finally {
    image.close();
  }
}

async function fitting(image: ImageBitmap): Promise<Uint8Array | null> {
  const cut = Math.min(image.width, image.height);
  if (cut === 0) return null;
  for (const side of SIDES) {
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext('2d');
    if (context === null) return null;
    context.imageSmoothingQuality = 'high';
    // JPEG knows no transparency: paper stands behind it, in both formats alike.
    context.fillStyle = 'white';
    context.fillRect(0, 0, side, side);
    context.drawImage(image, (image.width - cut) / 2, (image.height - cut) / 2, cut, cut, 0, 0, side, side);
    for (const quality of QUALITIES) {
      const blob = await encoded(canvas, quality);
      if (blob.size <= MOST_PICTURE_BYTES) return new Uint8Array(await blob.arrayBuffer());
    }
  }
  return null;
}

/** A browser that cannot write WebP answers with PNG, which does not get smaller. */
async function encoded(canvas: OffscreenCanvas, quality: number): Promise<Blob> {
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
  return blob.type === 'image/webp' ? blob : canvas.convertToBlob({ type: 'image/jpeg', quality });
}
