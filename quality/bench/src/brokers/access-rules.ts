/**
 * A file of access rules as a large installation might have: half for single users and client
 * identifiers, half for everybody on topics of their own. None of them is about the topics of the
 * load, which the last rule allows.
 */
export function accessRules(count: number): string {
  const rules = Array.from({ length: count - 1 }, (_, number) => {
    switch (number % 4) {
      case 0:
        return `{ allow: both, who: { user: user-${number} }, topics: 'users/%u/#' }`;
      case 1:
        return `{ allow: publish, who: { client: client-${number} }, topics: 'plant/+/state' }`;
      case 2:
        return `{ deny: both, topics: 'plant/${number}/+/config' }`;
      default:
        return `{ allow: subscribe, topics: 'plant/${number}/#' }`;
    }
  });
  return [
    'rules:',
    ...[...rules, "{ allow: both, topics: '#' }"].map((rule) => `  - ${rule}`),
    '',
  ].join('\n');
}
