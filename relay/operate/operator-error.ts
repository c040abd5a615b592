/** What the operator asked for cannot be done; the message says why, and what to do. Nothing was changed. */
export class OperatorError extends Error {
  readonly code: 'nothing-there' | 'file-exists' | 'not-empty' | 'damaged' | 'unusable-file';

  constructor(code: OperatorError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OperatorError';
    this.code = code;
  }
}
