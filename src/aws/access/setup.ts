import type { Connections } from './connections.ts';
import type { Profiles } from './profiles.ts';
import type { Settings } from './settings.ts';

/** The access to AWS without the credentials. */
export interface Setup {
  profiles: Profiles;
  settings: Settings;
  connections: Connections;
}
