/**
 * Whether every case of the largest tables is run (`TESTS=whole npm test`, some minutes more) or, by
 * default, a part of them that meets each row and each column.
 */
export const isWhole = process.env.TESTS === 'whole';
