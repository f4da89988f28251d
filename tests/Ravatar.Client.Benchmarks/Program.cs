using Ravatar.Client.Benchmarks;

return args switch
{
    ["vad", .. string[] rest] => await VadScore.RunAsync(rest),
    ["resampler"] => await ResamplerMeasure.RunAsync(),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Ravatar.Client.Benchmarks vad [tune] | resampler");
    return 2;
}
