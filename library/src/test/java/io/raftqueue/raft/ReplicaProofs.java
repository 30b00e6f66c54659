package io.raftqueue.raft;

import io.raftqueue.stock.Proof;
import java.util.List;

/** The tests of sessions and of what travels between members, for the table of the engine's defects. */
public final class ReplicaProofs {
    private ReplicaProofs() {}

    private static Proof session(String method, Proof.Check check) {
        return Proof.of("SubmissionsTest." + method, check);
    }

    /** What travels are these bytes and no others; RoomsTest keeps Java serialization out of all rooms. */
    private static Proof pinned() {
        return Proof.of(
                "PeerCodecTest.theBytesOfEachMessageStayWhatTheyAre",
                () -> new PeerCodecTest().theBytesOfEachMessageStayWhatTheyAre());
    }

    /** The tests of that row. */
    public static List<Proof> of(String row) {
        return switch (row) {
            case "S1" ->
                List.of(
                        session(
                                "whatIsUnderWayIsSentAgainInItsOrder",
                                () -> new SubmissionsTest().whatIsUnderWayIsSentAgainInItsOrder()),
                        Proof.of(
                                "LeaderIntakeTest.eachMembersBatchesAreAppendedOnceAndInTheirOrder",
                                () -> new LeaderIntakeTest().eachMembersBatchesAreAppendedOnceAndInTheirOrder()),
                        Proof.of(
                                "LeaderIntakeTest.theStateKnowsWhatEarlierTermsApplied",
                                () -> new LeaderIntakeTest().theStateKnowsWhatEarlierTermsApplied()));
            case "S2" ->
                List.of(
                        session(
                                "aCommandThatLeftHasAnUnknownOutcomeAndItsLateAnswerIsTold",
                                () -> new SubmissionsTest()
                                        .aCommandThatLeftHasAnUnknownOutcomeAndItsLateAnswerIsTold()),
                        session(
                                "theEndTellsEachCallerWhatIsKnown",
                                () -> new SubmissionsTest().theEndTellsEachCallerWhatIsKnown()));
            case "S3" ->
                List.of(
                        session(
                                "tooMuchIsRefusedBeforeAnythingIsKept",
                                () -> new SubmissionsTest().tooMuchIsRefusedBeforeAnythingIsKept()),
                        session(
                                "aCommandThatNeverLeftIsSurelyNotApplied",
                                () -> new SubmissionsTest().aCommandThatNeverLeftIsSurelyNotApplied()));
            case "S4" -> List.of(pinned());
            case "S9" ->
                List.of(
                        pinned(),
                        Proof.of(
                                "PeerCodecTest.aHostileLengthCostsNoMemory",
                                () -> new PeerCodecTest().aHostileLengthCostsNoMemory()));
            default -> List.of();
        };
    }
}
