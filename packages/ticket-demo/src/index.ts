export type { Violation, ViolationRule } from './audit.js';
export { compareStrategies, type CompareOptions } from './compare.js';
export type { TicketDatabase, TicketSale } from './database.js';
export {
  BuyerFailedError,
  DatabaseError,
  InvalidSaleOptionError,
  SaleFailedError,
  TicketError,
  type TicketErrorCode,
} from './errors.js';
export type { Purchase, Receipt } from './purchase.js';
export { type BuyerReport, keptPromise, type SaleReport } from './report.js';
export { renderComparison, renderReport } from './report-text.js';
export { runSale } from './run-sale.js';
export type { Outcome, Phase, SaleEvent } from './sale-event.js';
export type { LoadOptions, SaleOptions } from './sale-options.js';
export { lockFileOf } from './strategies/file-lock.js';
export { strategies } from './strategies/list.js';
export type {
  BuyFunction,
  BuyReference,
  Preparation,
  PrepareContext,
  Strategy,
} from './strategies/strategy.js';
export type { Interval } from './visit.js';
export { renderSaleSvg } from './timeline-svg.js';
