/** Files that somebody drags over a room and lets go there. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';

const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true;

export class Dropping implements ReactiveController {
  /** Something is held over it. */
  over = false;
  readonly #host: ReactiveControllerHost & HTMLElement;
  readonly #take: (files: readonly File[]) => void;
  /** Elements within are entered and left as well: it is over when as many were left as entered. */
  #depth = 0;

  constructor(host: ReactiveControllerHost & HTMLElement, take: (files: readonly File[]) => void) {
    this.#host = host;
    this.#take = take;
    host.addController(this);
    host.addEventListener('dragenter', (event) => { if (holdsFiles(event)) this.#hold(this.#depth + 1, event); });
    host.addEventListener('dragover', (event) => { if (holdsFiles(event)) event.preventDefault(); });
    host.addEventListener('dragleave', (event) => { if (holdsFiles(event)) this.#hold(this.#depth - 1, event); });
    host.addEventListener('drop', (event) => {
      if (!holdsFiles(event)) return;
      this.#hold(0, event);
      this.#take([...(event.dataTransfer?.files ?? [])]);
    });
  }

  hostDisconnected(): void {
    this.#depth = 0;
    this.over = false;
  }

  #hold(depth: number, event: DragEvent): void {
    event.preventDefault();
    this.#depth = Math.max(0, depth);
    this.over = this.#depth > 0;
    this.#host.requestUpdate();
  }
}
