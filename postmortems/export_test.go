package postmortems

// NobodyOnCall is for the test that compares it with the words of package paging.
const NobodyOnCall = nobodyOnCall
