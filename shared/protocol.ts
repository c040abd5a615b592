/** `sotto/protocol`: everything that a relay or a client of another make needs of the wire format. */
export * from './ack.ts';
export * from './blobs.ts';
export * from './bytes.ts';
export * from './codes.ts';
export * from './commit.ts';
export * from './control.ts';
export * from './envelope.ts';
export * from './frame.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './push.ts';
export * from './statements.ts';
