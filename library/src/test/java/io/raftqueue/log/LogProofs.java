package io.raftqueue.log;

import io.raftqueue.stock.Proof;
import java.util.List;

/** The tests of the log, for the table of the engine's defects. */
public final class LogProofs {
    private LogProofs() {}

    private static Proof defects(String method, Proof.Check check) {
        return Proof.of("EngineDefectsTest." + method, check);
    }

    /** The tests of that row. */
    public static List<Proof> of(String row) {
        EngineDefectsTest t = new EngineDefectsTest();
        MessagesAndSnapshotsTest messages = new MessagesAndSnapshotsTest();
        return switch (row) {
            case "D1" -> List.of(defects("d1TheEngineCannotTurnFsyncOff", t::d1TheEngineCannotTurnFsyncOff));
            case "D2" ->
                List.of(defects(
                        "d2AnErrorStopsTheLogAndAShortWriteIsContinued",
                        t::d2AnErrorStopsTheLogAndAShortWriteIsContinued));
            case "D3" ->
                List.of(defects(
                        "d3ASnapshotIsOnDiskBeforeAnythingItReplacesGoes",
                        t::d3ASnapshotIsOnDiskBeforeAnythingItReplacesGoes));
            case "D4" ->
                List.of(defects(
                        "d4NothingIsAppliedTwiceAfterACrashBehindASnapshot",
                        t::d4NothingIsAppliedTwiceAfterACrashBehindASnapshot));
            case "D5" -> List.of(defects("d5AFlippedBitIsNeverServed", t::d5AFlippedBitIsNeverServed));
            case "D6" -> List.of(defects("d6DroppingThePrefixCopiesNothing", t::d6DroppingThePrefixCopiesNothing));
            case "D7" ->
                List.of(Proof.on(
                        "EngineDefectsTest.d7ASecondProcessIsRefusedAtOnce", t::d7ASecondProcessIsRefusedAtOnce));
            case "D8" ->
                List.of(defects(
                        "d8TheCacheIsBoundedInBytesAndNeverDisagreesWithTheLog",
                        t::d8TheCacheIsBoundedInBytesAndNeverDisagreesWithTheLog));
            case "D9" ->
                List.of(defects(
                        "d9AnInstalledSnapshotSurvivesTheNextRestart", t::d9AnInstalledSnapshotSurvivesTheNextRestart));
            case "D10" ->
                List.of(defects(
                        "d10LeftOversOfWhatWasNotPublishedAreIgnored", t::d10LeftOversOfWhatWasNotPublishedAreIgnored));
            case "D11" -> List.of(defects("d11TheCommitIndexIsClampedToTheLog", t::d11TheCommitIndexIsClampedToTheLog));
            case "S5" ->
                List.of(defects("s5ASnapshotWeighsTheSameWhateverWaits", t::s5ASnapshotWeighsTheSameWhateverWaits));
            case "S11" ->
                List.of(Proof.of(
                        "MessagesAndSnapshotsTest.afterARestartNothingBeforeTheSnapshotIsApplied",
                        messages::afterARestartNothingBeforeTheSnapshotIsApplied));
            default -> List.of();
        };
    }
}
