/** Every strategy on the same load, one after the other, so that they don't disturb each other. */
import { type SaleReport } from './report.js';
import { runSale } from './run-sale.js';
import type { LoadOptions } from './sale-options.js';
import { strategies as known } from './strategies/list.js';
import type { Strategy } from './strategies/strategy.js';

export interface CompareOptions extends LoadOptions {
  /** @defaultValue all of this package's, in the order of `strategies` */
  readonly strategies?: readonly (string | Strategy)[] | undefined;
}

/**
 * Holds the same sale by one strategy after another, each with a database of its own.
 *
 * @returns a report each, in the order of the strategies
 * @throws as {@link runSale}; the first failure ends the comparison
 */
export async function compareStrategies(options: CompareOptions = {}): Promise<SaleReport[]> {
  const { strategies = known, ...load } = options;
  const reports: SaleReport[] = [];
  for (const strategy of strategies) reports.push(await runSale({ ...load, strategy }));
  return reports;
}
