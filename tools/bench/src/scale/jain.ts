/**
 * Jain's index of fairness: 1 when all have the same, 1/n when one has everything.
 * R. Jain, D. Chiu, W. Hawe: A quantitative measure of fairness and discrimination, 1984.
 */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
