/** In a browser, what a library asks of Node's `crypto` is there as a global. */
export const webcrypto = globalThis.crypto;
