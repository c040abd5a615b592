/**
 * What iOS shows while an installed app starts: a picture of exactly the screen's size for each kind of screen, named in the page's head
 * (https://developer.apple.com/library/archive/documentation/AppleApplications/Reference/SafariWebContent/ConfiguringWebApplications/ConfiguringWebApplications.html).
 * Without one it shows white. `npm run pictures` draws them.
 */

export interface Screen {
  /** CSS pixels, held upright. */
  readonly width: number;
  readonly height: number;
  readonly ratio: 2 | 3;
}

export const SCREENS: readonly Screen[] = [
  { width: 440, height: 956, ratio: 3 }, { width: 430, height: 932, ratio: 3 }, { width: 428, height: 926, ratio: 3 }, { width: 402, height: 874, ratio: 3 }, { width: 393, height: 852, ratio: 3 },
  { width: 390, height: 844, ratio: 3 }, { width: 375, height: 812, ratio: 3 }, { width: 414, height: 896, ratio: 3 }, { width: 414, height: 896, ratio: 2 }, { width: 375, height: 667, ratio: 2 },
  { width: 1024, height: 1366, ratio: 2 }, { width: 834, height: 1194, ratio: 2 }, { width: 820, height: 1180, ratio: 2 }, { width: 810, height: 1080, ratio: 2 }, { width: 744, height: 1133, ratio: 2 },
];

export const THEMES = ['light', 'dark'] as const;

export const splashFile = ({ width, height, ratio }: Screen, theme: (typeof THEMES)[number]): string => `splash/${width * ratio}x${height * ratio}-${theme}.png`;

/** `<link>` elements for the head. */
export const splashLinks = (): readonly { readonly tag: 'link'; readonly attrs: Readonly<Record<string, string>>; readonly injectTo: 'head' }[] =>
  SCREENS.flatMap((screen) => THEMES.map((theme) => ({
    tag: 'link' as const, injectTo: 'head' as const,
    attrs: {
      rel: 'apple-touch-startup-image', href: `/${splashFile(screen, theme)}`,
      media: `screen and (device-width: ${screen.width}px) and (device-height: ${screen.height}px) and (-webkit-device-pixel-ratio: ${screen.ratio}) and (orientation: portrait) and (prefers-color-scheme: ${theme})`,
    },
  })));
