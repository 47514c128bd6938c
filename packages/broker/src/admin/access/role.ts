/** What somebody may do over HTTP, each role all that those before it may. */
export const ROLES = {
  viewer: 'Reads everything but passwords and tokens',
  operator: 'Disconnects and bans clients, publishes, deletes retained messages, traces',
  admin: 'Changes rules and accounts, reloads, backs up',
} as const;

export type Role = keyof typeof ROLES;

const ORDER = Object.keys(ROLES) as Role[];

/** Whether a role includes another one. */
export function includesRole(has: Role, needs: Role): boolean {
  return ORDER.indexOf(has) >= ORDER.indexOf(needs);
}
