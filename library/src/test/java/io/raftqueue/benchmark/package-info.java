/**
 * Measurements, tagged {@code benchmark} and left out of every ordinary run. Figures are ratios against a baseline in the
 * same run, for machines differ and are noisy.
 */
package io.raftqueue.benchmark;
