export function buildPageIfNeeded(): boolean;
