export function digest(): string;
