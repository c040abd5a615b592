/** The facade over MLS: what the engine may use. No type of the library behind it leaves this folder. */
export { loadSodium, wipe } from '../crypto/sodium.ts';
export { makeDevice, makeIdentity, type DeviceKeys, type Identity, type IdentityKey } from './credential.ts';
export { extensionData, EXTENSIONS, type Extension, type ExtensionName } from './extensions.ts';
export { createGroup, type Before, type Change, type CommitFacts, type Committed, type Consumed, type Judge, type MlsGroup, type Received } from './group.ts';
export { joinExternal, readGroupInfo, type GroupInfoView, type JoinOptions } from './join.ts';
export type { Member } from './leaf.ts';
export { MlsError, type MlsErrorCode } from './mls-error.ts';
export { goneRecords, groupRecords, restoreGroup, type GroupRecord, type GroupRecordName } from './records.ts';
export { suiteHpke, type Suite } from './suite.ts';
