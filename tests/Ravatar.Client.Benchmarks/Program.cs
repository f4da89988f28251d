using Ravatar.Client.Benchmarks;

return args switch
{
    ["vad", .. string[] rest] => await VadScore.RunAsync(rest),
    ["resampler"] => await ResamplerMeasure.RunAsync(),
    ["compare", .. string[] parts] => await Comparison.RunAsync(parts),
    ["sink"] => await Sink.RunAsync(),
    ["held", var way, var port, var answers] => await CompareMemory.HeldAsync(way, port, answers),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Ravatar.Client.Benchmarks vad [tune] | resampler | compare [rounds=N] [PART …]");
    return 2;
}
