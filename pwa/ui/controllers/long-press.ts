/** Milliseconds a finger rests for the menu; pixels that it may stray. */
const LONG_PRESS = 450;
const STRAY = 10;

/** From a `pointerdown`: calls back when the finger has rested where it is. A mouse has its own button for it. */
export function onLongPress({ pointerType, isPrimary, clientX, clientY }: PointerEvent, then: () => void): void {
  if (pointerType === 'mouse' || !isPrimary) return;
  const over = new AbortController();
  const timer = setTimeout(() => {
    over.abort();
    navigator.vibrate?.(8);
    then();
  }, LONG_PRESS);
  const end = (): void => {
    clearTimeout(timer);
    over.abort();
  };
  const { signal } = over;
  for (const kind of ['pointerup', 'pointercancel'] as const) addEventListener(kind, end, { signal });
  addEventListener('scroll', end, { signal, capture: true });
  addEventListener('pointermove', (moved: PointerEvent) => { if (Math.hypot(moved.clientX - clientX, moved.clientY - clientY) > STRAY) end(); }, { signal });
}
