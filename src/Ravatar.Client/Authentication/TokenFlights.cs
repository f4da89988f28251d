namespace Ravatar.Client;

/// <summary>
/// Sign-ins under way, one for each user and project, whichever of a factory's clients wait for it. A flight runs on its own lifetime: it ends early only
/// when the last who waits leaves. How it ended is not remembered.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class TokenFlights(TimeProvider time)
{
    private readonly object _gate = new();
    private readonly Dictionary<(string User, string? Project), Flight> _flights = [];

    /// <summary>How many are under way, and how many wait for them.</summary>
    public (int Flights, int Waiting) Count
    {
        get
        {
            lock (_gate)
            {
                return (_flights.Count, _flights.Values.Sum(static f => f.Waiting));
            }
        }
    }

    /// <summary>Waits for the flight under way, or starts one.</summary>
    /// <param name="place">Whose token it is.</param>
    /// <param name="work">Gets it; not called where a flight is under way. Its token is the flight's.</param>
    /// <param name="cancellationToken">Ends this wait. Where nobody else waits, it ends the flight as well and waits for that.</param>
    public async Task<(AccessToken Token, TimeSpan Life)> JoinAsync(
        (string User, string? Project) place,
        Func<CancellationToken, Task<(AccessToken Token, TimeSpan Life)>> work,
        CancellationToken cancellationToken
    )
    {
        Flight flight = Board(place, work);
        try
        {
            return await Clock.WaitAsync(flight.Landing, time, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (Leave(flight))
            {
                await Clock.CancelAsync(flight.Lifetime).ConfigureAwait(false);
                await Task.WhenAny(flight.Landing).ConfigureAwait(false);
            }
        }
    }

    private Flight Board((string, string?) place, Func<CancellationToken, Task<(AccessToken, TimeSpan)>> work)
    {
        lock (_gate)
        {
            if (!_flights.TryGetValue(place, out Flight? flight))
            {
                flight = new Flight(place);
                _flights.Add(place, flight);
                flight.Landing = Detached.Run(() => FlyAsync(flight, work));
            }
            flight.Waiting++;
            return flight;
        }
    }

    private async Task<(AccessToken, TimeSpan)> FlyAsync(Flight flight, Func<CancellationToken, Task<(AccessToken, TimeSpan)>> work)
    {
        try
        {
            return await work(flight.Lifetime.Token).ConfigureAwait(false);
        }
        finally
        {
            // Before anybody has the outcome: whoever dislikes it starts another flight, and does not join this one.
            lock (_gate)
            {
                flight.IsOver = true;
                Remove(flight);
            }
        }
    }

    /// <summary>Tells whether it flies on with nobody waiting; nobody can join it any more then.</summary>
    private bool Leave(Flight flight)
    {
        lock (_gate)
        {
            if (--flight.Waiting > 0 || flight.IsOver)
            {
                return false;
            }
            Remove(flight);
            return true;
        }
    }

    // Under the gate. Another one may fly at its place already.
    private void Remove(Flight flight)
    {
        if (_flights.TryGetValue(flight.Place, out Flight? present) && present == flight)
        {
            _flights.Remove(flight.Place);
        }
    }

    /// <summary>One of them. All but its landing is under the gate.</summary>
    private sealed class Flight((string User, string? Project) place)
    {
        public (string User, string? Project) Place { get; } = place;

        /// <summary>Has no timer, so that nothing is lost where it is not disposed.</summary>
        public CancellationTokenSource Lifetime { get; } = new();

        public Task<(AccessToken Token, TimeSpan Life)> Landing { get; set; } = null!;

        public int Waiting { get; set; }

        public bool IsOver { get; set; }
    }
}
