/** What draws attachments is no part of the shell: it is fetched when one is first drawn or laid ready, and when there is nothing better to do. An element that is not there yet stands empty until it is. */
export const loadMedia = (): void => {
  import('./elements.ts').catch(() => undefined); // the next one asks again
};
