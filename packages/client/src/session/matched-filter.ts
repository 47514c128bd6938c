/** The part of `$share/group/filter` that topics are matched against; any other filter as it is. */
export function matchedFilter(filter: string): string {
  return filter.startsWith(SHARED) ? filter.slice(filter.indexOf('/', SHARED.length) + 1) : filter;
}

const SHARED = '$share/';
