namespace Ravatar.Client.Testing;

/// <summary>Where, in the life of a message, its connection is lost.</summary>
public enum FakeDropPoint
{
    /// <summary>When its first bytes arrive, before one of them is read. The service never sees it; it is not in the journal.</summary>
    BeforeReceiving,

    /// <summary>When a first part of it has been read. Not in the journal either.</summary>
    WhileReceiving,

    /// <summary>When all of it has been read (it is in the journal) but before the service has recorded it: not in the history, no answer.</summary>
    AfterReceiving,

    /// <summary>When it is in the history. Its answers are recorded there too, in their time, but not sent.</summary>
    AfterRecording,

    /// <summary>When half of the first answer is on the wire.</summary>
    WhileAnswering,

    /// <summary>When all answers are on the wire; what was written before the drop arrives.</summary>
    AfterAnswer,
}
