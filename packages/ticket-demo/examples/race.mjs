import { runSale } from 'ticket-demo';

for (const strategy of ['none', 'lock']) {
  const { ticketsBefore, oversold, lostUpdates } = await runSale({ strategy, buyers: 10, tickets: 3 });
  console.log(`${strategy}: ${ticketsBefore} tickets, ${oversold > 0 ? 'more' : 'no more'} sold than that,`);
  console.log(`  ${lostUpdates > 0 ? 'some' : 'none'} of the purchases lost`);
}
