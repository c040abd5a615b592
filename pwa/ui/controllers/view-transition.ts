import type { Way } from './navigation.ts';

/** Draws a change of screen; on a phone one screen slides over the other, where the browser can and motion is wanted. */
export async function moveBetween(way: Way, wide: boolean, draw: () => Promise<void>): Promise<void> {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  if (wide || way === 'across' || still || !('startViewTransition' in document) || document.visibilityState !== 'visible') {
    await draw();
    return;
  }
  document.documentElement.dataset.going = way;
  const transition = document.startViewTransition(draw);
  // A transition that another one cuts short has still drawn its screen.
  transition.finished.catch(() => undefined).finally(() => { delete document.documentElement.dataset.going; });
  transition.ready.catch(() => undefined);
  await transition.updateCallbackDone;
}
