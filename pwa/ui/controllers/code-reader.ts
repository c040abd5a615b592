/** Reads QR codes from pictures: by the browser's own detector where it has one, else by a library that is fetched only then. */

export interface CodeReader {
  /** The text of a code in the picture; null where none is found. */
  read(canvas: OffscreenCanvas): Promise<string | null>;
}

interface NativeDetector {
  detect(source: OffscreenCanvas): Promise<readonly { readonly rawValue: string }[]>;
}

interface NativeDetectors {
  new (options: { readonly formats: readonly string[] }): NativeDetector;
  getSupportedFormats(): Promise<readonly string[]>;
}

let reader: Promise<CodeReader> | undefined;

/** Rejects where the library could not be fetched; the next call tries again. */
export function codeReader(): Promise<CodeReader> {
  reader ??= choose().catch((reason: unknown) => {
    reader = undefined;
    throw reason;
  });
  return reader;
}

async function choose(): Promise<CodeReader> {
  const { BarcodeDetector: Native } = globalThis as { readonly BarcodeDetector?: NativeDetectors };
  if (Native !== undefined && (await Native.getSupportedFormats()).includes('qr_code')) {
    const detector = new Native({ formats: ['qr_code'] });
    return { read: async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? null };
  }
  const { decodeQR } = await import('qr/decode.js');
  return {
    async read(canvas) {
      const { width, height } = canvas;
      const data = canvas.getContext('2d', { willReadFrequently: true })?.getImageData(0, 0, width, height).data;
      if (data === undefined) return null;
      try {
        return decodeQR({ width, height, data });
      } catch {
        return null; // it throws for every picture without a code
      }
    },
  };
}

/** Larger pictures hold no more of a code, and take longer. */
const SIDES = [1600, 800, 400] as const;

/** The code in a picture file; null where there is none, or where it is no picture. */
export async function codeInPicture(file: Blob): Promise<string | null> {
  const codes = await codeReader();
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(file);
  } catch {
    return null; // no picture
  }
  try {
    const longest = Math.max(image.width, image.height);
    for (const side of SIDES.filter((one, at) => one < longest || at === SIDES.length - 1 || (SIDES[at + 1] ?? 0) < longest)) {
      const found = await codes.read(drawn(image, Math.min(1, side / longest)));
      if (found !== null) return found;
    }
    return null;
  } finally {
    image.close();
  }
}

function drawn(image: ImageBitmap, scale: number): OffscreenCanvas {
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}
